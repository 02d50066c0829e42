import { fairShare, wholeWeight } from '@murmuration/client-sdk/update/fair';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { FloatSum } from '@murmuration/coordinator/aggregation/float-sum';
import { RingSum } from '@murmuration/coordinator/aggregation/ring-sum';
import { qFedAvg } from '@murmuration/coordinator/strategy/q-fed-avg';
import type { Fairness } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
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
        let weights = 0;
        for (const { loss, delta } of all) {
          const share = Float32Array.from(delta);
          const weight = fairShare(share, norm(share), loss, { q, lipschitz: 1 / learningRate, unit });
          for (const [i, value] of share.entries()) sum[i]! += weight * value;
          weights += weight;
        }
        const mean = Float32Array.from(sum, value => value / weights);
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
      update: { ...plan.update, clip: 1, weightCap: 4_096, ...update },
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

  it.each(['ring', 'float32'] as const)('RD20 WC2 WC3: is added up to Σ F^q d / Σ h: %s', kind => {
    const given = assignment({ kind, bits: 12 });
    const { update, largestCohort } = given.plan;
    const sum =
      kind === 'ring'
        ? new RingSum(layout, { ...update, largestCohort }, given.round)
        : new FloatSum(layout, update);
    for (const [i, device] of sample.entries())
      sum.add(prepareUpdate(learned(device), given, seededBytes(i + 1)));
    const mean = sum.mean();
    for (const [i, value] of published(sample, 1, 0.2).entries())
      expect(mean.delta[i]!).toBeCloseTo(value, 2);
    const demand = sample.reduce((all, { loss, delta }) => all + loss + 5 * norm(delta) ** 2, 0);
    expect(mean.weight / 256 / demand).toBeCloseTo(1, 2);
  });

  it('UP6 RD20: is clipped before its length counts', () => {
    const given = assignment({ kind: 'float32' });
    const sum = new FloatSum(layout, given.plan.update);
    sum.add(prepareUpdate(learned({ loss: 1, delta: [30, 0, 0, 0, 0, 0, 0, 40] }), given, seededBytes(1)));
    expect(sum.mean().weight / 256).toBeCloseTo(6, 1);
    expect(norm(sum.mean().delta)).toBeCloseTo(1 / 6, 5);
  });

  it('RD20: has a whole weight whose expectation is what it stands for', () => {
    const random = seededBytes(3);
    for (const weight of [1.25, 7.5, 100.9]) {
      let sum = 0;
      for (let i = 0; i < 4_000; i++) sum += wholeWeight(weight, 4_096, random);
      // Six deviations of the mean of 4,000 draws, each of 0.5 at most.
      expect(Math.abs(sum / 4_000 - weight)).toBeLessThan(6 * (0.5 / Math.sqrt(4_000)));
    }
    expect([wholeWeight(1e-9, 4_096, random), wholeWeight(1e9, 4_096, random)]).toEqual([1, 4_096]);
    expect(wholeWeight(Number.POSITIVE_INFINITY, 4_096, random)).toBe(4_096);
  });

  it.each([undefined, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('is not made with the loss %s', loss => {
    const device = { ...learned(sample[0]!), loss };
    expect(codeOf(() => prepareUpdate(device, assignment({}), seededBytes(1)))).toBe('training.unsupported');
  });

  it('is made with a loss of nothing, whatever q', () => {
    for (const q of [0.1, 0.5, 1, 3]) {
      const delta = Float32Array.of(0.1, 0, 0, 0, 0, 0, 0, 0);
      const weight = fairShare(delta, 0.1, 0, { q, lipschitz: 5, unit: 1 });
      expect([weight, ...delta].every(value => Number.isFinite(value) && value >= 0)).toBe(true);
    }
  });
});
