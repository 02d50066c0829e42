import { MessageChannel } from 'node:worker_threads';
import type { TrainerOptions } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Piscina } from 'piscina';
import type { Trainer } from '../training/trainer.ts';
import { errorOfThread } from '../training/training-errors.ts';
import type { TrainingJob } from './node-worker.ts';

type Progress = Parameters<Trainer['train']>[4];

/**
 * Trains in a worker thread, so that the app's thread stays free. It starts with the first training, stays
 * between rounds, keeps no process alive, and ends when a training is stopped or the trainer is closed.
 */
export function workerTrainer(objective: URL, options: TrainerOptions = {}): Trainer {
  let pool: Piscina<TrainingJob, TrainingResult> | undefined;
  let ended = new AbortController();
  /** Trainings in order: stopping one ends the pool's thread, and the pool would lose the waiting ones. */
  const trainings = new PromiseQueue();
  const run = async (job: Omit<TrainingJob, 'progress'>, signal: AbortSignal, progress: Progress) => {
    signal.throwIfAborted();
    pool ??= new Piscina({
      filename: new URL('./node-worker.ts', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      // Kept between rounds: loading its code takes longer than many trainings.
      idleTimeout: Number.POSITIVE_INFINITY,
    });
    const { port1, port2 } = new MessageChannel();
    // Progress of an ended thread may still arrive.
    port1.on('message', done => signal.aborted || progress(done));
    try {
      return await pool.run({ ...job, progress: port2 }, { signal, transferList: [port2] });
    } finally {
      port1.close();
    }
  };
  return {
    async train(model, settings, examples, signal, progress) {
      const job = { objective: objective.href, options, model, settings, examples };
      const either = AbortSignal.any([signal, ended.signal]);
      const result = trainings.run(() => run(job, either, progress));
      try {
        return await untilAborted(result, either);
      } catch (cause) {
        throw either.aborted ? new MurmurationError('training.stopped') : errorOfThread(cause);
      }
    },
    async close() {
      ended.abort();
      ended = new AbortController();
      const closing = pool;
      pool = undefined;
      await closing?.destroy();
    },
  };
}
