import type { Job, ResultOf, WorkerSetup } from './jobs.ts';
import type { Dispatch, Handed, WorkerPool } from './worker-pool.ts';

/** Pool that runs the jobs of a run: threads of its process, or workers that share a queue. */
export type JobPool = Pick<WorkerPool, 'size' | 'nextId' | 'hold' | 'release' | 'close'> & {
  run<Kind extends Job>(job: Kind, dispatch: Dispatch): Handed<ResultOf<Kind>>;
};

/** Opens the pool of a run once its data are known; the pool ends with the run. Throws if it can't work. */
export type OpenPool = (setup: WorkerSetup) => Promise<JobPool>;
