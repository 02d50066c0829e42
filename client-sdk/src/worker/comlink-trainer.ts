import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import { proxy, transfer } from 'comlink';
import type { Trainer } from '../training/trainer.ts';
import type { Contribution } from '../update/prepare.ts';
import type { UpdateProcessor } from '../update/update-processor.ts';
import { type AppWorker, appWorker, type Spawn } from './app-worker.ts';

/** A trainer in a worker that `spawn` starts, over Comlink's calls. */
export function comlinkTrainer(
  spawn: Spawn,
  clock: Clock,
): Trainer & { readonly updateProcessor: UpdateProcessor } {
  const worker = appWorker(spawn, clock);
  let trainings = 0;
  return {
    async train(model, settings, examples, signal, progress) {
      if (signal.aborted) throw new MurmurationError('training.stopped');
      const running = worker.running();
      const id = trainings++;
      const stop = () => void running.call(service => service.stopTraining(id)).catch(() => {});
      signal.addEventListener('abort', stop, { once: true });
      // What is on its way from a worker that has ended arrives none the less.
      let hear = progress;
      const heard = proxy((done: number) => hear(done));
      try {
        return await running.call(service => service.train(id, model, settings, examples, heard));
      } finally {
        hear = () => {};
        signal.removeEventListener('abort', stop);
      }
    },
    updateProcessor: updateProcessorOf(worker),
    async close() {
      worker.end();
    },
  };
}

function updateProcessorOf(worker: AppWorker): UpdateProcessor {
  return {
    prepare: (contribution, assignment) =>
      worker.running().call(service => service.prepare(handedOver(contribution), assignment)),
    draw: (...args) => worker.running().call(service => service.draw(...args)),
    async masked(terms) {
      const running = worker.running();
      const round = await running.call(service => service.masked(terms));
      return {
        enter: saved => running.call(() => round.enter(saved)),
        hear: (event, message) => running.call(() => round.hear(event, message)),
        mask: (contribution: Contribution, assignment: Assignment) =>
          running.call(() => round.mask(handedOver(contribution), assignment)),
        // With the worker its secrets are gone as well.
        forget: () => running.call(() => round.forget()).catch(() => {}),
      };
    },
  };
}

/** The delta goes to the worker without a copy where it is the whole of its buffer. */
function handedOver(contribution: Contribution): Contribution {
  if ('elements' in contribution) return contribution;
  const { buffer, byteLength } = contribution.delta;
  return byteLength === buffer.byteLength ? transfer(contribution, [buffer as ArrayBuffer]) : contribution;
}
