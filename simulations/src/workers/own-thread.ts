import { jobRunner } from './job-runner.ts';
import type { Job, WorkerSetup } from './jobs.ts';
import type { Thread } from './worker-pool.ts';

/** Does the jobs of a run in the thread that the run itself is in: for a process whose processors are all busy with other runs. */
export function ownThread(setup: WorkerSetup): Thread {
  let ready: ReturnType<typeof jobRunner> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(job: Job) {
      ready ??= jobRunner(setup, result => result);
      const done = Promise.allSettled([ready, last]).then(async () => (await ready!).run(job));
      last = done;
      return done;
    },
    destroy: async () => {
      await Promise.allSettled([last]);
      await (await ready?.catch(() => undefined))?.close();
    },
  };
}
