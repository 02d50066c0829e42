import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import { proxy, type Remote, transfer } from 'comlink';
import type { Trainer } from '../training/trainer.ts';
import type { Contribution } from '../update/prepare.ts';
import type { UpdateProcessor } from '../update/update-processor.ts';
import { type AppWorker, appWorker, type RunningWorker, type Spawn } from './app-worker.ts';
import type { WorkerService } from './serve-training.ts';

/** Runs `work` in the worker, then updates the worker's busy time. */
type Timed = <Result>(
  running: RunningWorker,
  work: (service: Remote<WorkerService>) => Promise<Result>,
) => Promise<Result>;

/** Returns a trainer in a worker that `spawn` starts, with Comlink calls. */
export function comlinkTrainer(
  spawn: Spawn,
  clock: Clock,
): Trainer & { readonly updateProcessor: UpdateProcessor } {
  const worker = appWorker(spawn, clock);
  let trainings = 0;
  let seconds = 0;
  /** Last busy time of the current worker, s: another one begins with 0. */
  let last = 0;
  const timed: Timed = async (running, work) => {
    try {
      return await running.call(work);
    } finally {
      await running
        .call(service => service.busy())
        .then(busy => {
          seconds += busy < last ? busy : busy - last;
          last = busy;
        })
        .catch(() => {});
    }
  };
  return {
    async train(model, settings, examples, signal, progress) {
      if (signal.aborted) throw new MurmurationError('training.stopped');
      const running = worker.running();
      const id = trainings++;
      const stop = () => void running.call(service => service.stopTraining(id)).catch(() => {});
      signal.addEventListener('abort', stop, { once: true });
      // Progress of an ended worker may still arrive.
      let hear = progress;
      const heard = proxy((done: number) => hear(done));
      try {
        return await timed(running, service => service.train(id, model, settings, examples, heard));
      } finally {
        hear = () => {};
        signal.removeEventListener('abort', stop);
      }
    },
    updateProcessor: updateProcessorOf(worker, timed),
    busy: () => seconds,
    async close() {
      worker.end();
    },
  };
}

function updateProcessorOf(worker: AppWorker, timed: Timed): UpdateProcessor {
  return {
    prepare: (contribution, assignment) =>
      timed(worker.running(), service => service.prepare(handedOver(contribution), assignment)),
    draw: (...args) => worker.running().call(service => service.draw(...args)),
    async masked(terms) {
      const running = worker.running();
      const round = await timed(running, service => service.masked(terms));
      return {
        enter: saved => timed(running, () => round.enter(saved)),
        hear: (event, message) => timed(running, () => round.hear(event, message)),
        mask: (contribution: Contribution, assignment: Assignment) =>
          timed(running, () => round.mask(handedOver(contribution), assignment)),
        // The end of the worker also erases its secrets.
        forget: () => running.call(() => round.forget()).catch(() => {}),
      };
    },
  };
}

/** Transfers the delta to the worker without a copy if it fills its buffer. */
function handedOver(contribution: Contribution): Contribution {
  if ('elements' in contribution) return contribution;
  const { buffer, byteLength } = contribution.delta;
  return byteLength === buffer.byteLength ? transfer(contribution, [buffer as ArrayBuffer]) : contribution;
}
