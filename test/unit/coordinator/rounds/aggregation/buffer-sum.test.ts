import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import { type Plan, writePlan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { termsOf } from '../rounds/terms.ts';

const layout = layoutOf([{ name: 'w', shape: [4] }]);
const [first, second] = ['A', 'B'].map(letter => letter.repeat(22) as RoundId) as [RoundId, RoundId];

const planOf = (kind: 'ring' | 'float32'): Plan => ({
  ...termsOf().plan,
  update: { kind, clip: 10, bits: 16, weighting: 'examples', weightCap: 8 },
  largestCohort: 1,
});

const bufferOf = (kind: 'ring' | 'float32') =>
  aggregateFor('sum', planOf(kind), layout, second, { kind: 'buffer' });

function floatOf(delta: readonly number[], weight: number): Uint8Array {
  return encodeUpdate(layout.hash, layout.count, {
    kind: 'float32',
    delta: Float32Array.from(delta),
    weight,
  });
}

/** As a device makes it that knows `round`. */
function ringOf(delta: readonly number[], round: RoundId): Uint8Array {
  const plan = planOf('ring');
  const assignment: Assignment = {
    round,
    number: 1,
    assignment: 'C'.repeat(22) as AssignmentId,
    token: new Uint8Array(32),
    plan,
    planBytes: writePlan(plan),
    deadline: 0,
  };
  const learned = { delta: Float32Array.from(delta), examples: plan.training.maxExamples, layout };
  return prepareUpdate(learned, assignment, seededRandom(1), () => {});
}

describe('the sum of a buffer', () => {
  it('divides discounted updates by what they weigh without that (FedBuff, Algorithm 1)', () => {
    const sum = bufferOf('float32');
    if (sum.consumes !== 'sum') throw new Error();
    sum.add(floatOf([1, 0, 0, 0], 2), 0, { staleness: 0, round: first });
    sum.add(floatOf([0, 1, 0, 0], 6), 0, { staleness: 3, round: first });
    const { delta, weight } = sum.mean();
    expect(weight).toBe(8);
    expect([...delta]).toEqual([0.25, 0.75 * 0.5, 0, 0]);
    // All stale: a shorter step, not the same one.
    expect(stalenessWeight(3)).toBe(0.5);
  });

  it('turns each update back by the round that its device knows', () => {
    const sum = bufferOf('ring');
    if (sum.consumes !== 'sum') throw new Error();
    sum.add(ringOf([3, -1, 0.5, 0], first), 0, { staleness: 0, round: first });
    sum.add(ringOf([1, 1, 1.5, 2], second), 0, { staleness: 0, round: second });
    for (const [i, value] of [2, 0, 1, 1].entries()) expect(sum.mean().delta[i]).toBeCloseTo(value, 2);
  });

  it('is the same after a restart from its snapshot, and refuses that of another model', () => {
    const [one, other] = [bufferOf('float32'), bufferOf('float32')];
    if (one.consumes !== 'sum' || other.consumes !== 'sum') throw new Error();
    one.add(floatOf([1, 2, 3, 4], 3), 0, { staleness: 1, round: first });
    other.restore(one.snapshot());
    expect(other.contributors).toBe(1);
    for (const sum of [one, other]) sum.add(floatOf([-1, 0, 1, 0], 2), 0, { staleness: 2, round: second });
    expect(other.mean()).toEqual(one.mean());
    expect(() => other.restore(new Uint8Array(8))).toThrow(
      expect.objectContaining({ code: 'storage.corrupt' }),
    );
  });

  it('refuses what is longer than the clip, and is as it was', () => {
    const sum = bufferOf('float32');
    if (sum.consumes !== 'sum') throw new Error();
    sum.add(floatOf([1, 0, 0, 0], 1));
    const before = sum.snapshot();
    expect(() => sum.add(floatOf([11, 0, 0, 0], 1))).toThrow(
      expect.objectContaining({ code: 'update.norm' }),
    );
    expect(() => sum.add(floatOf([1, 0, 0, 0], 9))).toThrow(
      expect.objectContaining({ code: 'update.weight' }),
    );
    expect(sum.snapshot()).toEqual(before);
  });
});
