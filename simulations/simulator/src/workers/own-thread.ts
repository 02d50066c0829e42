import { jobRunner } from './job-runner.ts';
import type { Job, WorkerSetup } from './jobs.ts';
import type { Thread } from './worker-pool.ts';

/** Does the jobs of a run in the thread that the run itself is in: for a process whose processors are all busy with other runs. */
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
