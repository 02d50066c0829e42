import { threadPool } from '../workers/thread-pool.ts';
import type { MadeNoise, NoiseJob } from './worker.ts';

export interface NoiseMaker {
  /**
   * Makes the numbers of the step's noise, and what it remembers. Throws the reason of `signal` once that is
   * aborted.
   */
  make(job: NoiseJob, signal: AbortSignal): Promise<MadeNoise>;
  close(): Promise<void>;
}

/** Runs on a thread of its own: the noise of a large model takes seconds. */
export function threadedNoiseMaker(): NoiseMaker {
  const pool = threadPool<NoiseJob, MadeNoise>(new URL('./worker.ts', import.meta.url), 1);
  return { make: (job, signal) => pool.run(job, signal), close: () => pool.close() };
}
