import type { Redis } from 'ioredis';

const keyPrefix = 'murmuration:simulations';

/** Keys of runs and workers in a Redis. */
export const keys = {
  /** Prefix of BullMQ's keys of all jobs. */
  jobs: `${keyPrefix}:jobs`,
  /** Hash of all runs, a field per run. */
  runs: `${keyPrefix}:runs`,
  /** Hash of a run's workers, a field per worker. */
  workers: (run: string) => `${keyPrefix}:workers:${run}`,
  /** Exists once the run is over. */
  over: (run: string) => `${keyPrefix}:over:${run}`,
  blob: (hash: string) => `${keyPrefix}:blob:${hash}`,
  result: (run: string, job: number) => `${keyPrefix}:result:${run}:${job}`,
  /** Channel with the outcomes of a run's jobs. */
  tidings: (run: string) => `${keyPrefix}:tidings:${run}`,
} as const;

/** Seconds after which a blob or result that was not fetched expires. */
export const expirySeconds = 3_600;

/** Maximum bytes of a blob or result; a Redis accepts twice as many. */
export const maxBlobBytes = 256 * 1_048_576;

/** Deletes the job keys of a run that ended without deleting them. */
export async function removeJobs(redis: Redis, run: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${keys.jobs}:${run}:*`, 'COUNT', 1_000);
    if (found.length > 0) await redis.unlink(...found);
    cursor = next;
  } while (cursor !== '0');
}
