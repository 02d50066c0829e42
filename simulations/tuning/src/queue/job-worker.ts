import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { sendTidings } from './tidings.ts';

/** Milliseconds without a sign of life after which a worker's job goes to another worker. */
const lease = 10_000;
/** Milliseconds between searches for such jobs. */
const searchMs = 3_000;

/** Consumer of a run's jobs. */
export interface JobWorker {
  /** Finishes the current jobs, and takes no more. */
  close(): Promise<void>;
}

/** Worker that takes jobs. */
export interface JobTaker {
  readonly name: string;
  /** Number of jobs that it runs at the same time. */
  readonly threads: number;
  /** Returns the threads of all workers of the run, as far as this worker knows. */
  readonly threadsOfAll: () => number;
}

/**
 * Passes the jobs of a run to `work`, by name and with their data. Takes one per thread, and one more while
 * the queue is long, so that no thread waits for the Redis; the last jobs are left to the thread that is free
 * first. A job is over when `work` resolves; if it rejects, the run queues the job again.
 */
export function jobWorker(
  redis: Redis,
  run: string,
  { name, threads, threadsOfAll }: JobTaker,
  work: (job: string, data: unknown) => Promise<void>,
): JobWorker {
  const send = (job: string, failure?: string) => {
    // The run's own search finds jobs whose message is lost.
    void sendTidings(redis, run, job, failure).catch(() => {});
  };
  const processed = async ({ id = '', data }: { readonly id?: string; readonly data: unknown }) => {
    void measure().catch(() => {});
    await work(id, data);
    send(id);
  };
  // Each thread may take one job until the next measurement.
  const measure = async () => {
    const isPlenty = (await redis.llen(worker.toKey('wait'))) >= 2 * threadsOfAll();
    worker.concurrency = isPlenty ? threads + 1 : threads;
  };
  const worker = new Worker(run, processed, {
    connection: redis,
    prefix: keys.jobs,
    name,
    concurrency: threads,
    lockDuration: lease,
    stalledInterval: searchMs,
    maxStalledCount: 1,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  // The connection reports a Redis that is gone, and the run queues lost jobs again.
  worker.on('error', () => {});
  // Also called for jobs of other workers that died too often.
  worker.on('failed', (job, { message }) => job?.id && send(job.id, message));
  // If it can't report its jobs as done, it need not wait for the Redis.
  return { close: () => worker.close(redis.status !== 'ready').catch(() => {}) };
}
