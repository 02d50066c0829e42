import type { Redis } from 'ioredis';

const prefix = 'murmuration:simulations';

/** What runs and workers keep in a Redis, by their keys. */
export const keys = {
  /** Of all jobs; BullMQ's. */
  jobs: `${prefix}:jobs`,
  /** The runs that there are, a field each. */
  runs: `${prefix}:runs`,
  /** The workers of a run, a field each. */
  workers: (run: string) => `${prefix}:workers:${run}`,
  /** Is there once a run is over. */
  over: (run: string) => `${prefix}:over:${run}`,
  blob: (hash: string) => `${prefix}:blob:${hash}`,
  result: (run: string, job: number) => `${prefix}:result:${run}:${job}`,
  /** A channel: what becomes of the jobs of a run. */
  tidings: (run: string) => `${prefix}:tidings:${run}`,
} as const;

/** Seconds after which a blob or a result that nobody has asked for is gone. */
export const keptFor = 3_600;

/** Most bytes of a blob or a result; a Redis takes twice as many. */
export const mostBytes = 256 * 1_048_576;

/** Deletes what a run that ended without doing so has left of its jobs. */
export async function removeJobs(redis: Redis, run: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${keys.jobs}:${run}:*`, 'COUNT', 1_000);
    if (found.length > 0) await redis.unlink(...found);
    cursor = next;
  } while (cursor !== '0');
}
