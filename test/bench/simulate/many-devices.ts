// A run with many devices, in a process of its own, for what that process weighs.
import { growHeapFreely } from '@murmuration/simulations/workers/heap';
import { answerOrders } from '../second-process.ts';
import { type Cohort, simulatedRounds } from './rounds.ts';

/** Runs so many rounds. */
export interface Order extends Cohort {
  readonly rounds: number;
  readonly workers: number;
}

/** What the run took. */
export interface Weighed {
  /** The most memory that was resident at once, threads included. */
  readonly rssMiB: number;
  readonly seconds: number;
}

growHeapFreely();
answerOrders<Order, Weighed>(async ({ rounds, workers, ...cohort }) => {
  const simulated = await simulatedRounds(cohort, workers, false);
  let seconds = 0;
  for (let i = 0; i < rounds; i++) seconds += (await simulated.next()).seconds;
  await simulated.close();
  return { rssMiB: process.resourceUsage().maxRSS / 1_024, seconds };
});
