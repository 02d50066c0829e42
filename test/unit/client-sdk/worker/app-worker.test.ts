import { appWorker } from '@murmuration/client-sdk/worker/app-worker';
import type { WorkerService } from '@murmuration/client-sdk/worker/serve-training';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expose } from 'comlink';
import { expect, it } from 'vitest';

/** A worker whose script does what `script` does at its end of the channel. */
function workerOf(script: (port: MessagePort) => void) {
  const { port1, port2 } = new MessageChannel();
  const state = { ended: 0, worker: port1 as unknown as Worker };
  Object.assign(port1, {
    terminate() {
      state.ended += 1;
      port1.close();
      port2.close();
    },
  });
  script(port2);
  return state;
}

const silent = () => workerOf(() => {});
const serving = (service: Partial<WorkerService>) =>
  workerOf(port => {
    expose({ isThere: async () => true, ...service }, port as never);
    port.start();
  });

it('gives a worker up that has said nothing for 10 s, and starts another at the next call', async () => {
  const clock = new VirtualClock();
  const first = silent();
  const workers = [first, serving({ draw: async () => 7 })];
  const app = appWorker(() => workers.shift()!.worker, clock);
  const drawn = app
    .running()
    .call(service => service.draw(new Uint8Array(32), 'task' as never, 'r' as never));
  let told: unknown;
  drawn.catch(error => {
    told = error;
  });
  await clock.advance(9_999);
  expect([told, first.ended]).toEqual([undefined, 0]);
  await clock.advance(1);
  expect(told).toMatchObject({ code: 'training.no-answer', detail: expect.stringMatching(/serveTraining/) });
  expect(first.ended).toBe(1);
  const again = app
    .running()
    .call(service => service.draw(new Uint8Array(32), 'task' as never, 'r' as never));
  await expect(again).resolves.toBe(7);
  app.end();
});

it('lets one that has answered take its time', async () => {
  const clock = new VirtualClock();
  let finish = (_: number) => {};
  const { worker } = serving({
    draw: () =>
      new Promise<number>(resolve => {
        finish = resolve;
      }),
  });
  const app = appWorker(() => worker, clock);
  const running = app.running();
  const drawn = running.call(service => service.draw(new Uint8Array(32), 'task' as never, 'r' as never));
  await running.call(service => service.isThere());
  await clock.advance(3_600_000);
  expect(clock.pending).toBe(0);
  finish(3);
  await expect(drawn).resolves.toBe(3);
  app.end();
});
