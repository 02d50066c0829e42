import { jobRunner } from './job-runner.ts';
import type { Job, WorkerSetup } from './jobs.ts';
import type { Thread } from './worker-pool.ts';

/** Runs the jobs in the run's own thread, for a process whose processors are all busy with other runs. */
export function ownThread(setup: WorkerSetup): Thread {
  let runner: ReturnType<typeof jobRunner> | undefined;
  return {
    run(job: Job) {
      runner ??= jobRunner(setup, result => result);
      return runner.run(job);
    },
    destroy: async () => runner?.close(),
  };
}
