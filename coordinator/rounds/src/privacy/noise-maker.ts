import { threadPool } from '../workers/thread-pool.ts';
import type { MadeNoise, NoiseJob } from './worker.ts';

/** Makes the noise of a version. */
export interface NoiseMaker {
  /** So many numbers of the step's noise, and what it remembers. Throws the reason of `signal` once that is aborted. */
  make(job: NoiseJob, signal: AbortSignal): Promise<MadeNoise>;
  close(): Promise<void>;
}

/** On a thread of its own: a large model's takes seconds. */
export function threadedNoiseMaker(): NoiseMaker {
  const pool = threadPool<NoiseJob, MadeNoise>(new URL('./worker.ts', import.meta.url), 1);
  return { make: (job, signal) => pool.run(job, signal), close: () => pool.close() };
}
