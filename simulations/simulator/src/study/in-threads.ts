import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

/**
 * Runs the jobs of a study on as many threads as there are processors, and returns results in the order of
 * the jobs.
 * @param module file whose default export runs a job
 * @param done called after each job
 */
export async function inThreads<Job, Result>(
  module: URL,
  jobs: readonly Job[],
  done: (job: Job, result: Result) => void,
): Promise<Result[]> {
  const threads = Math.max(1, Math.min(availableParallelism(), jobs.length));
  const pool = new Piscina<Job, Result>({
    filename: module.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  try {
    return await Promise.all(
      jobs.map(async job => {
        const result = await pool.run(job);
        done(job, result);
        return result;
      }),
    );
  } finally {
    await pool.destroy();
  }
}
