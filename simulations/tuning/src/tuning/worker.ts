import type { MessagePort } from 'node:worker_threads';
import type { Trained } from './training.ts';
import { doTrial, type TrialJob } from './trial-job.ts';

/** Trains in a thread of the search; posts the number of finished rounds or epochs to `passed`. */
export default async function train({
  passed,
  ...job
}: TrialJob & { readonly passed: MessagePort }): Promise<Trained> {
  try {
    return await doTrial(job, rounds => passed.postMessage(rounds));
  } finally {
    passed.close();
  }
}
