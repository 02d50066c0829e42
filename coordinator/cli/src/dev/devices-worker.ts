import { parentPort, workerData } from 'node:worker_threads';
import { development } from '@murmuration/client-sdk/floors/development';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { startBackend } from '@murmuration/engine/backend/backend';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { loadLocalTask } from '../arguments/local-task.ts';
import type { DevicesData, DevicesMessage } from './local-devices.ts';

/** Runs the local devices, all in this thread: they share one trainer, and so the memory of one model. */
async function run({ path, url, enrolmentToken, devices }: DevicesData): Promise<void> {
  const { task, objective, examples } = await loadLocalTask(path);
  const tell = (message: DevicesMessage) => parentPort!.postMessage(message);
  await startBackend();
  const trainer = tfjsTrainer(objective);
  const clients = Array.from({ length: devices }, (_, device) => {
    const client = new FederatedClient({
      url,
      enrolment: enrolmentToken,
      storage: memoryStorage(),
      consent: 'not-needed',
      floors: development(),
      tasks: {
        [task.name]: {
          async *examples() {
            yield* await examples(device, devices);
          },
          trainer,
        },
      },
    });
    client.on('connected', () => tell({ type: 'connected', device }));
    client.on('error', ({ code, detail }) => tell({ type: 'error', device, code, detail }));
    return client;
  });
  parentPort!.on('message', async () => {
    await Promise.all(clients.map(client => client.stop()));
    tell({ type: 'stopped' });
    parentPort!.close();
  });
  for (const client of clients) await client.start();
}

await run(workerData as DevicesData);
