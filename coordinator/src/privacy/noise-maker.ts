import { Piscina } from 'piscina';
import type { MadeNoise, NoiseJob } from './worker.ts';

/** Makes the noise of a version. */
export interface NoiseMaker {
  /** So many numbers of the step's noise, and what it remembers. Throws the reason of `signal` once that is aborted. */
  make(job: NoiseJob, signal: AbortSignal): Promise<MadeNoise>;
  close(): Promise<void>;
}

/** On a thread of its own: a large model's takes seconds. */
export function threadedNoiseMaker(): NoiseMaker {
  let pool: Piscina<NoiseJob, MadeNoise> | undefined;
  return {
    async make(job, signal) {
      pool ??= new Piscina({
        filename: new URL('./worker.ts', import.meta.url).href,
        minThreads: 0,
        maxThreads: 1,
        idleTimeout: 10_000,
      });
      return pool.run(job, { signal });
    },
    async close() {
      await pool?.destroy();
      pool = undefined;
    },
  };
}
