import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { sendTidings } from './tidings.ts';

/** ms after which the job of a worker that no longer says that it is at work goes to another one. */
const lease = 10_000;
/** ms between looks for those jobs. */
const lookEvery = 3_000;

/** What takes jobs of a run out of the queue. */
export interface JobWorker {
  /** Ends what is under way, and takes no more. */
  close(): Promise<void>;
}

/** Who takes jobs. */
export interface JobTaker {
  readonly name: string;
  /** Jobs that it does at the same time. */
  readonly threads: number;
  /** Those of all workers of the run, as far as it knows. */
  readonly threadsOfAll: () => number;
}

/**
 * Gives the jobs of a run to `work`, by their names and with their data: one for each thread, and while there are enough for everybody another
 * one, so that no thread waits for the Redis. The last ones are left to the thread that is free first. A job is over when `work` has resolved; one that
 * it rejects is the run's to hand over again.
 */
export function jobWorker(
  redis: Redis,
  run: string,
  { name, threads, threadsOfAll }: JobTaker,
  work: (job: string, data: unknown) => Promise<void>,
): JobWorker {
  const send = (job: string, failure?: string) => {
    // What does not arrive is found by the run's own look.
    void sendTidings(redis, run, job, failure).catch(() => {});
  };
  const processed = async ({ id = '', data }: { readonly id?: string; readonly data: unknown }) => {
    void measure().catch(() => {});
    await work(id, data);
    send(id);
  };
  // Until the next one is taken, each thread may take one.
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
    stalledInterval: lookEvery,
    maxStalledCount: 1,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  // A Redis that is gone is told of by the connection, and a job that was lost meanwhile is handed over again.
  worker.on('error', () => {});
  // Also where it is another worker's fault, which has died at the job too often.
  worker.on('failed', (job, { message }) => job?.id && send(job.id, message));
  // One that can't say that its jobs are done need not wait for it.
  return { close: () => worker.close(redis.status !== 'ready').catch(() => {}) };
}
