import type { Piscina } from 'piscina';

/** Threads that run jobs of one kind. */
export interface ThreadPool<Job, Reply> {
  /** Runs a job. Rejects with what it throws, or once `signal` is aborted, which ends the thread. */
  run(job: Job, signal?: AbortSignal): Promise<Reply>;
  /** Ends the threads and their jobs; a later job starts new ones. */
  close(): Promise<void>;
}

/**
 * Returns a pool of up to `maxThreads` threads that run the default export of `module`. They start when jobs
 * wait, and end 10 s after the last job; their manager is loaded with the first job.
 */
export function threadPool<Job, Reply>(module: URL, maxThreads: number): ThreadPool<Job, Reply> {
  let pool: Promise<Piscina<Job, Reply>> | undefined;
  const open = async (): Promise<Piscina<Job, Reply>> => {
    const { Piscina } = await import('piscina');
    return new Piscina({ filename: module.href, minThreads: 0, maxThreads, idleTimeout: 10_000 });
  };
  return {
    async run(job, signal) {
      pool ??= open();
      const opened = await pool;
      return opened.run(job, signal && { signal });
    },
    async close() {
      const opened = pool;
      pool = undefined;
      await (await opened)?.destroy();
    },
  };
}
