import type { Piscina } from 'piscina';

/** Threads that do jobs of one kind. */
export interface ThreadPool<Job, Reply> {
  /** Rejects with what the job throws, or once `signal` is aborted, which ends the thread. */
  run(job: Job, signal?: AbortSignal): Promise<Reply>;
  /** Ends the threads with what they do; a job after that starts others. */
  close(): Promise<void>;
}

/**
 * At most so many threads that run the default export of a module. They start when jobs wait, and end 10 s after the last of them; what
 * manages them is loaded with the first job.
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
