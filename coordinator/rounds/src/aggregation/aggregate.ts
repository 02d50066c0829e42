import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { splitLayout } from '@murmuration/protocol/weights/shared-part';
import type { Strategy } from '../strategy/strategy.ts';
import { AnswerSum } from './answer-sum.ts';
import { BufferSum } from './buffer-sum.ts';
import { FloatSum } from './float-sum.ts';
import { GroupSums } from './group-sums.ts';
import { maskOfRound } from './mask-of-round.ts';
import { RingSum } from './ring-sum.ts';
import type { RunningSum } from './running-sum.ts';
import { SingleUpdates } from './single-updates.ts';
import { SparseSum } from './sparse-sum.ts';

/**
 * Aggregate of a round's messages: by `consumes`, the input of that kind of strategy; answers become the
 * figures of a query.
 */
export type Aggregate = RunningSum | GroupSums | SingleUpdates | AnswerSum;

/** Kind of a round, by its terms, which determines its number of sums. */
type Sums =
  | { readonly kind: 'cohort' | 'buffer' | 'spread' | 'part' }
  | { readonly kind: 'grouped'; readonly groups: { readonly count: number } };

/**
 * Returns the empty aggregate of a round: for the plan's query if it has one, or else, over the shared part
 * of the model, for the kind that the strategy consumes. Throws `config.ring` if a sum could wrap, and
 * `plan.private-layers` or `plan.frozen-layers` for layers that the model doesn't have.
 */
export function aggregateFor(
  consumes: Strategy['consumes'],
  plan: Plan,
  layout: Layout,
  round: RoundId,
  sums: Sums = { kind: 'cohort' },
): Aggregate {
  const { update, masking, privateLayers, frozenLayers } = plan;
  const query = queryOf(plan);
  if (query) return new AnswerSum(query, plan);
  const { shared } = splitLayout(layout, privateLayers, frozenLayers);
  const { compression } = update;
  const emptySum = () => {
    if (compression && compression.kind !== 'randomMask') return new SparseSum(shared, update, compression);
    if (update.kind === 'float32') return new FloatSum(shared, update);
    const mask = compression && maskOfRound(shared, compression, round);
    return new RingSum(mask?.layout ?? shared, quantizationOf(plan), round, masking !== null, mask?.whole);
  };
  switch (consumes) {
    case 'each':
      return new SingleUpdates(emptySum);
    case 'groups':
      return new GroupSums(sums.kind === 'grouped' ? sums.groups.count : 1, emptySum);
    case 'sum':
      return sums.kind === 'buffer' ? new BufferSum(shared, emptySum()) : emptySum();
  }
}
