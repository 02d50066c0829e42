import { MessageChannel } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors';
import { Piscina } from 'piscina';
import type { TrainerOptions } from './tfjs-trainer.ts';
import { errorOfThread } from './thread-errors.ts';
import type { Trainer, TrainingResult } from './trainer.ts';
import type { TrainingJob } from './worker.ts';

/** Trains in a worker thread of its own, so that the app's thread stays free; the thread starts with the first training. */
export function workerTrainer(objective: URL, options: TrainerOptions = {}): Trainer {
  let pool: Piscina<TrainingJob, TrainingResult> | undefined;
  return {
    async train(model, settings, examples, signal, progress) {
      pool ??= new Piscina({
        filename: new URL('./worker.ts', import.meta.url).href,
        minThreads: 0,
        maxThreads: 1,
      });
      const { port1, port2 } = new MessageChannel();
      port1.on('message', progress);
      const job: TrainingJob = {
        objective: objective.href,
        options,
        model,
        settings,
        examples,
        progress: port2,
      };
      try {
        return await pool.run(job, { signal, transferList: [port2] });
      } catch (cause) {
        throw signal.aborted ? new MurmurationError('training.stopped') : errorOfThread(cause);
      } finally {
        port1.close();
      }
    },
    async close() {
      await pool?.destroy();
      pool = undefined;
    },
  };
}
