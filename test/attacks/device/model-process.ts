// An app that serves and trains, offline, as a process: `model-process.ts FOLDER serve|hang|train`. Says on standard output what becomes of it.
import { writeSync } from 'node:fs';
import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import { FederatedClient, fileStorage } from '@murmuration/client-sdk/node';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { enrolmentToken } from '../../e2e/line.ts';
import { good, hostile, objective } from './models.ts';

const [folder, mode] = process.argv.slice(2);

/** Hangs, as TensorFlow.js does over some models, whatever else would run in this thread. */
const hanging: Inference = {
  async open({ hash }) {
    if (hash !== good.hash) {
      writeSync(1, 'building\n');
      for (;;);
    }
    return {
      predict: async () => Float32Array.of(1, 2),
      answer: async () => Float32Array.of(),
      close: async () => {},
    };
  },
  async close() {},
};

if (mode === 'train') {
  const { tfjsTrainer } = await import('@murmuration/engine/training/tfjs-trainer');
  const { startBackend } = await import('@murmuration/engine/backend/backend');
  await startBackend();
  const settings = {
    epochs: 1,
    batchSize: 1,
    learningRate: 0.1,
    proximal: 0,
    gradientClip: 1,
    maxExamples: 1,
    seed: 0,
  };
  const trained = tfjsTrainer(objective).train(
    hostile,
    settings,
    [[1, 2]],
    new AbortController().signal,
    () => {},
  );
  const said = await trained.then(
    () => 'trained',
    ({ code }) => `error ${code}`,
  );
  process.stdout.write(`${said}\n`);
  process.exit();
}

const client = new FederatedClient({
  url: 'http://127.0.0.1:1',
  tasks: {
    numbers: {
      examples: () => [],
      trainer: { train: () => new Promise(() => {}), async close() {} },
      bundled: async () => ({ json: good.json, weights: good.bytes }),
      hybrid: { serving: objective.serving, ...(mode === 'hang' && { inference: hanging }) },
    },
  },
  storage: fileStorage(folder!),
  enrolment: enrolmentToken,
  consent: 'not-needed',
  floors: simulatedFloors,
});
client.on('error', ({ code }) => code.startsWith('model.') && process.stdout.write(`error ${code}\n`));
await client.start();
const { values, model } = await client.hybrid('numbers').predict([1, 2]);
process.stdout.write(`answer ${[...values]} ${model === good.hash}\n`);
