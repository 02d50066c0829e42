import { noiseFor, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { accountOf } from '@murmuration/privacy/accountants/account';
import { roundedNorm } from '@murmuration/privacy/mechanisms/distributed';
import { noiseShape, plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import type { Plan, PlanNoise } from '@murmuration/protocol/messages/plan';
import { centre } from '@murmuration/protocol/secagg/ring';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { longestRotated, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { assignmentOf } from '../memory-coordinator.ts';

const values = 20_000;
const layout = layoutOf([{ name: 'dense/kernel', shape: [values] }]);
const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'complete' } as const;
const goal = 20;
const quorum = 12;
const budget = { epsilon: 4, delta: 1e-6, participations: 5 };

const update = { kind: 'ring', clip: 1, bits: 10, weighting: 'uniform', weightCap: 1 } as const;
const terms = { update, masking, largestCohort: goal };

/** The noise that the budget takes, as a plan says it. */
function noiseOf(kind: PlanNoise['kind'], sized = quorum): PlanNoise {
  const shape = noiseShape(terms, { kind, quorum: sized, values });
  const { of } = calibrate(budget, { kind: 'repeated', times: budget.participations, of: shape });
  return { kind, variance: (of as { perDevice: number }).perDevice, quorum, values, width: 28 };
}

const assignment = (noise: PlanNoise) =>
  assignmentOf(new VirtualClock(), 'r1', {
    ...terms,
    privacy: { budget: 'b', step: 0, separation: 1, ...budget, noise },
  });

/** The sum of what so many devices send of these deltas, in units of the ring. */
async function sumOf(noise: PlanNoise, devices: number, delta = () => new Float32Array(values), seed = 1) {
  const given = assignment(noise);
  const random = seededRandom(seed);
  const sum = new RingSum(layout, quantizationOf(given.plan), given.round, true);
  const noisy = await noiseFor(given.plan);
  for (let device = 0; device < devices; device++)
    sum.add(prepareUpdate({ delta: delta(), examples: 50, layout }, given, random, undefined, noisy));
  return sum;
}

const noiseIn = (sum: RingSum) => centre(sum.elements.slice(), sum.width).subarray(0, values);
const varianceOf = (noise: Int32Array) =>
  noise.reduce((total, value) => total + value * value, 0) / noise.length;

/** The ε of sums with noise of that variance, by what was measured of it. */
function epsilonOf(variance: number, kind: PlanNoise['kind']): number {
  const { clip } = noiseShape(terms, { kind, quorum, values });
  const of = { kind, perDevice: variance, quorum: 1, clip, values } as const;
  return accountOf({ kind: 'repeated', times: budget.participations, of }).epsilonAt(budget.delta);
}

/** What chance may add to a measured ε: six standard errors of the variance are 6 % of it, 3 % of the noise. */
const chance = 1.03;

describe('noise that devices add before they mask', () => {
  // One of the twelve of the smallest sum may leave its noise out: eleven have to be enough.
  const honest = quorum - 1;

  it.each(['skellam', 'discreteGaussian'] as const)(
    'QU7: is enough in the smallest sum, however many devices were lost: %s',
    async kind => {
      const variance = varianceOf(noiseIn(await sumOf(noiseOf(kind), honest)));
      expect(epsilonOf(variance, kind)).toBeLessThan(budget.epsilon * chance);
      expect(epsilonOf(variance, kind)).toBeGreaterThan(budget.epsilon / chance);
    },
  );

  it('would be found out with 5 % less of it, with a deviation for a variance, and sized for the goal instead of the quorum', async () => {
    const right = noiseOf('skellam');
    for (const variance of [
      right.variance * 0.95 ** 2,
      Math.sqrt(right.variance),
      noiseOf('skellam', goal).variance,
    ]) {
      const measured = varianceOf(noiseIn(await sumOf({ ...right, variance }, honest)));
      expect(epsilonOf(measured, 'skellam')).toBeGreaterThan(budget.epsilon * chance);
    }
  });

  it('QU7: keeps the norm that ε counts on, whatever the update', async () => {
    const still = { ...noiseOf('skellam'), variance: 1e-9 };
    const { clip } = plannedNoise(terms, still);
    const limit = roundedNorm(clip, values).l2;
    const long = () => new Float32Array(values).fill(5);
    const one = () => new Float32Array(values).fill(9, 0, 1);
    for (const delta of [long, one]) {
      const sent = noiseIn(await sumOf(still, 1, delta));
      expect(Math.sqrt(values * varianceOf(sent))).toBeLessThanOrEqual(limit);
    }
    const { step } = quantizationFor(values, { ...update, largestCohort: goal });
    expect(clip).toBeCloseTo(longestRotated(1) / step, 9);
  });

  it('QU4 QU6: leaves a mean that the coordinator takes, right on average', async () => {
    const sum = await sumOf(noiseOf('skellam'), goal, () =>
      new Float32Array(values).fill(1 / Math.sqrt(values)),
    );
    const { delta, weight } = sum.mean();
    expect(weight).toBe(goal);
    const mean = delta.reduce((total, value) => total + value, 0) / values;
    const { step } = quantizationFor(values, { ...update, largestCohort: goal });
    const deviation = (step * Math.sqrt(noiseOf('skellam').variance * goal)) / goal;
    expect(Math.abs(mean - 1 / Math.sqrt(values))).toBeLessThan((4 * deviation) / Math.sqrt(values));
  });

  it('is another for each device and round', async () => {
    const noise = noiseOf('skellam');
    const [one, two] = [noiseIn(await sumOf(noise, 1)), noiseIn(await sumOf(noise, 1, undefined, 2))];
    const product = one.reduce((total, value, i) => total + value * two[i]!, 0) / values;
    expect(Math.abs(product) / noise.variance).toBeLessThan(5 / Math.sqrt(values));
  });

  it('never leaves out what the plan asks for', async () => {
    const noise = noiseOf('skellam');
    const learned = () => ({ delta: new Float32Array(values), examples: 50, layout });
    const given = assignment(noise);
    const random = seededRandom(1);
    expect(() => prepareUpdate(learned(), given, random)).toThrow('nothing adds it');
    const refusal = async (plan: Partial<Plan>) => {
      const other = assignmentOf(new VirtualClock(), 'r1', { ...given.plan, ...plan });
      return prepareUpdate(learned(), other, random, undefined, await noiseFor(other.plan));
    };
    await expect(refusal({ masking: null })).rejects.toThrow('plan.below-floor');
    const ofOthers = { ...given.plan.privacy!, noise: { ...noise, values: 8 } };
    await expect(refusal({ privacy: ofOthers })).rejects.toThrow('this update has 20000');
  });
});
