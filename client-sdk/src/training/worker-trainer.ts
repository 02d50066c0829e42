import { MessageChannel } from 'node:worker_threads';
import { isErrorCode, MurmurationError } from '@murmuration/protocol/errors';
import { Piscina } from 'piscina';
import type { TrainerOptions } from './tfjs-trainer.ts';
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
        throw asTrainingError(cause, signal);
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

/** Errors lose their class between threads; the code of one of ours stands at the end of its message. */
function asTrainingError(cause: unknown, signal: AbortSignal): MurmurationError {
  if (signal.aborted) return new MurmurationError('training.stopped');
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, detail, code] = /^(.*) \[([a-z.-]+)\]$/s.exec(message) ?? [];
  if (isErrorCode(code)) return new MurmurationError(code, detail, { cause });
  return new MurmurationError('training.failed', `Training on this device failed: ${message}`, { cause });
}
