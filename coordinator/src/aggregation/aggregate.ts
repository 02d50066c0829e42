import type { RoundId } from '@murmuration/protocol/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Strategy } from '../strategy/strategy.ts';
import { FloatSum } from './float-sum.ts';
import { RingSum } from './ring-sum.ts';
import type { RunningSum } from './running-sum.ts';
import { SingleUpdates } from './single-updates.ts';

/** What a round makes of its updates as they arrive. */
export type Aggregate = RunningSum | SingleUpdates;

/** The empty aggregate of a round: what the strategy consumes. Throws `config.ring` where a sum could wrap. */
export function aggregateFor(
  consumes: Strategy['consumes'],
  { update, masking, largestCohort }: Plan,
  layout: Layout,
  round: RoundId,
): Aggregate {
  const emptySum = () =>
    update.kind === 'ring'
      ? new RingSum(layout, { ...update, largestCohort }, round, masking !== null)
      : new FloatSum(layout, update);
  return consumes === 'each' ? new SingleUpdates(emptySum) : emptySum();
}
