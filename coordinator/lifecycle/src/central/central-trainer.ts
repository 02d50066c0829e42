import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { threadPool } from '@murmuration/rounds/workers/thread-pool';
import type { CentralJob, CentralReply, CentralSource } from './worker.ts';

/** Trains models on the coordinator's own examples. */
export interface CentralTrainer {
  /**
   * Trains a model by these settings; returns its new weights and the number of examples used. Throws
   * `training.failed` for any failure, and the reason of `signal` once that is aborted.
   */
  train(
    source: CentralSource,
    model: ModelFiles,
    settings: TrainingSettings,
    signal: AbortSignal,
  ): Promise<{ readonly weights: Float32Array; readonly examples: number }>;
  /** Counts the examples; null if the module has no count. Throws as `train`. */
  count(source: CentralSource, signal: AbortSignal): Promise<number | null>;
  close(): Promise<void>;
}

/**
 * Returns a trainer that runs one job at a time on a worker thread, so that devices are served meanwhile.
 * Aborting a job ends its thread.
 */
export function threadedCentralTrainer(): CentralTrainer {
  const pool = threadPool<CentralJob, CentralReply>(new URL('./worker.ts', import.meta.url), 1);
  const run = async (job: CentralJob, signal: AbortSignal) => {
    const reply = await pool.run(job, signal).catch(error => {
      signal.throwIfAborted();
      throw error;
    });
    if ('error' in reply) throw new MurmurationError('training.failed', reply.error);
    return reply;
  };
  return {
    async train(source, model, settings, signal) {
      const reply = await run({ type: 'train', source, model, settings }, signal);
      if (!('weights' in reply)) throw new MurmurationError('training.failed');
      return reply;
    },
    async count(source, signal) {
      const reply = await run({ type: 'count', source }, signal);
      return 'count' in reply ? reply.count : null;
    },
    close: () => pool.close(),
  };
}
