import { fairShare, wholeShare } from '@murmuration/client-sdk/update/fair';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { Fairness } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { seededBytes } from '../device.ts';
import { assignmentOf, layout } from '../memory-coordinator.ts';

interface Device {
  readonly loss: number;
  readonly delta: readonly number[];
}

const devices = (count: number, least = 0) =>
  fc.array(
    fc.record({
      loss: fc.double({ min: least, max: 8, noNaN: true }),
      delta: fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 8, maxLength: 8 }),
    }),
    { minLength: 1, maxLength: count },
  );

/**
 * The step of a server, written after the authors' own (litian96/fair_flearn, flearn/trainers/qffedavg.py and fedbase.py, aggregate2): gradients from
 * the difference of weights, times 1/lr; F^q · grad, and h = q F^(q−1) ‖grad‖² + F^q / lr.
 */
function published(all: readonly Device[], q: number, learningRate: number): number[] {
  const step = new Array<number>(8).fill(0);
  let demand = 0;
  for (const { loss, delta } of all) {
    const grads = delta.map(value => -value / learningRate);
    const F = loss + 1e-10;
    const squares = grads.reduce((sum, grad) => sum + grad * grad, 0);
    for (const [i, grad] of grads.entries()) step[i]! += F ** q * grad;
    demand += q * F ** (q - 1) * squares + F ** q / learningRate;
  }
  return step.map(value => -value / demand);
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

const unbounded = { leastWeight: 0, weightCap: Infinity };

describe('an update that counts by its loss', () => {
  it('RD20: makes the step of the authors, whatever q, learning rate and unit', () => {
    const settings = fc.record({
      q: fc.double({ min: 0.01, max: 5, noNaN: true }),
      learningRate: fc.double({ min: 0.01, max: 2, noNaN: true }),
      unit: fc.double({ min: 1e-4, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(devices(6, 1e-3), settings, (all, { q, learningRate, unit }) => {
        const sum = new Float64Array(8);
        let divisors = 0;
        for (const { loss, delta } of all) {
          const fairness = { q, lipschitz: 1 / learningRate, unit };
          const { weight, divisor } = fairShare(norm(delta), loss, fairness, unbounded);
          for (const [i, value] of delta.entries()) sum[i]! += weight * value;
          divisors += divisor;
        }
        const mean = Float32Array.from(sum, value => value / divisors);
        const { model } = qFedAvg({ q }).apply({ scale: 1 }, new Float32Array(8), { delta: mean, weight: 1 });
        for (const [i, value] of published(all, q, learningRate).entries())
          expect(model[i]!).toBeCloseTo(value, 6);
      }),
    );
  });

  const fairness: Fairness = { q: 1, lipschitz: 5, unit: 1 / 256 };
  const assignment = (update: object) => {
    const { plan } = assignmentOf(new VirtualClock());
    return assignmentOf(new VirtualClock(), 'r1', {
      training: { ...plan.training, fairness },
      update: { ...plan.update, clip: 1, weightCap: 4_096, leastWeight: 1, ...update },
    });
  };
  const learned = ({ delta, loss }: Device) => ({
    delta: Float32Array.from(delta),
    loss,
    examples: 50,
    layout,
  });
  const sample: readonly Device[] = [
    { loss: 2.3, delta: [0.3, -0.2, 0.1, 0, 0.05, 0, 0, 0.2] },
    { loss: 0.4, delta: [-0.1, -0.2, 0.3, 0, 0, 0.2, 0, 0] },
    { loss: 1.1, delta: [0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] },
  ];

  const addUp = (given: ReturnType<typeof assignment>, all: readonly Device[]) => {
    const sum = new RingSum(layout, quantizationOf(given.plan), given.round);
    for (const [i, device] of all.entries())
      sum.add(prepareUpdate(learned(device), given, seededBytes(i + 1)));
    return sum.mean();
  };

  it('RD20 WC3 QU5: is added up to Σ F^q d / Σ h, with the mean of F^q beside it', () => {
    const mean = addUp(assignment({ bits: 12 }), sample);
    for (const [i, value] of published(sample, 1, 0.2).entries())
      expect(mean.delta[i]!).toBeCloseTo(value, 2);
    const power = sample.reduce((all, { loss }) => all + loss, 0) / sample.length;
    expect(mean.scale! / power).toBeCloseTo(1, 2);
    expect(mean.weight / 256 / 3).toBeCloseTo(power, 1);
  });

  it('RD20: keeps its bounds, and is divided by no less than it weighs', () => {
    const given = assignment({ bits: 12, leastWeight: 200, weightCap: 400 });
    const mean = addUp(given, sample);
    // Of losses that weigh 589, 102 and 282.
    expect(mean.weight).toBeGreaterThanOrEqual(400 + 200 + 281);
    expect(mean.weight).toBeLessThanOrEqual(400 + 200 + 283);
    const weights = [400, 200, 281.6];
    const longer = sample.map(({ loss, delta }) => 1 + (5 * norm(delta) ** 2) / loss);
    const divisor = weights.reduce((all, weight, i) => all + weight * longer[i]!, 0);
    for (let i = 0; i < 8; i++)
      expect(mean.delta[i]!).toBeCloseTo(
        weights.reduce((all, weight, k) => all + weight * sample[k]!.delta[i]!, 0) / divisor,
        2,
      );
  });

  it.each([
    { kind: 'float32' as const },
    { compression: { kind: 'randomMask' as const, fraction: 0.5, feedback: false } },
  ])('RD20: is not made by a plan with %o', update => {
    expect(codeOf(() => prepareUpdate(learned(sample[0]!), assignment(update), seededBytes(1)))).toBe(
      'training.unsupported',
    );
  });

  it('UP6 RD20: is clipped before its length counts', () => {
    const mean = addUp(assignment({ bits: 12 }), [{ loss: 1, delta: [30, 0, 0, 0, 0, 0, 0, 40] }]);
    expect(norm(mean.delta)).toBeCloseTo(1 / 6, 2);
  });

  it('RD20: has whole weights whose expectations are what they stand for', () => {
    const random = seededBytes(3);
    for (const weight of [1.25, 7.5, 100.9]) {
      let [sum, divisors] = [0, 0];
      for (let i = 0; i < 4_000; i++) {
        const share = wholeShare({ weight, divisor: 3.3 * weight }, 4_096, random);
        expect(share.divisor).toBeGreaterThanOrEqual(share.weight);
        sum += share.weight;
        divisors += share.divisor;
      }
      // Six deviations of the mean of 4,000 draws, each of 0.5 at most.
      expect(Math.abs(sum / 4_000 - weight)).toBeLessThan(6 * (0.5 / Math.sqrt(4_000)));
      expect(Math.abs(divisors / 4_000 - 3.3 * weight)).toBeLessThan(6 * (0.5 / Math.sqrt(4_000)));
    }
    const wholeOf = (loss: number) =>
      wholeShare(
        fairShare(1, loss, { q: 20, lipschitz: 1e6, unit: 1 }, { leastWeight: 3, weightCap: 9 }),
        90,
        random,
      );
    expect([wholeOf(0), wholeOf(1e9)]).toEqual([
      { weight: 3, divisor: 90 },
      { weight: 9, divisor: 9 },
    ]);
  });

  it.each([undefined, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('is not made with the loss %s', loss => {
    const device = { ...learned(sample[0]!), loss };
    expect(codeOf(() => prepareUpdate(device, assignment({}), seededBytes(1)))).toBe('training.unsupported');
  });

  it('is made with a loss of nothing, whatever q', () => {
    for (const q of [0.1, 0.5, 1, 3]) {
      const { weight, divisor } = fairShare(0.1, 0, { q, lipschitz: 5, unit: 1 }, { weightCap: 4 });
      expect([weight, divisor].every(value => Number.isFinite(value) && value >= 1)).toBe(true);
    }
  });
});
