import { clip } from '@murmuration/client-sdk/update/clip';
import { clipLayers } from '@murmuration/client-sdk/update/clip-layers';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { weightOf } from '@murmuration/client-sdk/update/weigh';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { seededBytes } from '../device.ts';
import { assignmentOf, layout } from '../memory-coordinator.ts';

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const deltas = fc
  .array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 8, maxLength: 8 })
  .map(values => Float32Array.from(values));
const assignment = (update: object, masking: object | null = null) => {
  const clock = new VirtualClock();
  const { plan } = assignmentOf(clock);
  return assignmentOf(clock, 'r1', { update: { ...plan.update, ...update }, masking: masking as null });
};

describe('clipping', () => {
  it('UP6: scales down to the norm, keeps the direction, and leaves shorter ones as they are', () => {
    fc.assert(
      fc.property(deltas, fc.float({ min: Math.fround(0.01), max: 3000, noNaN: true }), (delta, limit) => {
        const before = delta.slice();
        expect(clip(delta, limit)).toBeCloseTo(norm(before), 2);
        if (norm(before) <= limit) expect(delta).toEqual(before);
        else {
          expect(norm(delta)).toBeLessThan(limit * (1 + 1e-6));
          for (const [i, value] of delta.entries())
            expect(value).toBeCloseTo((before[i]! * limit) / norm(before), 2);
        }
      }),
    );
  });

  // google-parfait/tensorflow-federated@63f73da, aggregators/robust_test.py, test_fixed_clip_sum and test_fixed_clip_mean;
  // tensorflow/privacy@03035d5d, quantile_adaptive_clip_sum_query_test.py; flsim/privacy/tests/test_user_update_clipper.py.
  it('UP6: gives the published sums and means', () => {
    const clipped = (limit: number, ...values: number[]) => {
      const delta = Float32Array.from(values);
      clip(delta, limit);
      return [...delta];
    };
    const one = (value: number) => clipped(2, value)[0]!;
    const [a, b, c] = [one(1), one(3), one(5)];
    expect(a + b + c).toBe(5);
    expect((a + 2 * b + c) / 4).toBe(1.75);
    const [x, y] = [clipped(5, -6, 8), clipped(5, 4, -3)];
    expect([x[0]! + y[0]!, x[1]! + y[1]!]).toEqual([1, 1]);
    expect(clipped(2, 0.8)[0]).toBeCloseTo(0.8, 6);
  });
});

describe('clipping per layer', () => {
  const twoLayers = layoutOf([
    { name: 'a/kernel', shape: [2, 2] },
    { name: 'b/kernel', shape: [3] },
    { name: 'a/bias', shape: [1] },
  ]);
  /** The places of each layer, wherever its tensors lie. */
  const places = [
    [0, 1, 2, 3, 7],
    [4, 5, 6],
  ];

  it('UP16: scales each layer to its share of the clip, keeps its direction, and leaves shorter ones as they are', () => {
    fc.assert(
      fc.property(deltas, fc.float({ min: Math.fround(0.01), max: 3000, noNaN: true }), (delta, limit) => {
        const before = delta.slice();
        expect(clipLayers(delta, twoLayers, limit)).toBeCloseTo(norm(before), 2);
        expect(norm(delta)).toBeLessThanOrEqual(limit * (1 + 1e-6));
        for (const layer of places) {
          const was = norm(layer.map(i => before[i]!));
          const factor = Math.min(1, limit / Math.SQRT2 / was);
          for (const i of layer) {
            if (factor === 1) expect(delta[i]).toBe(before[i]);
            else expect(delta[i]).toBeCloseTo(before[i]! * factor, 2);
          }
        }
      }),
    );
  });

  it('UP16: is what a device does whose plan says so, before anything leaves it', () => {
    const learned = { delta: Float32Array.of(3, 0, 0, 4, 0, 0, 0.1, 0), examples: 5, layout: twoLayers };
    const sent = (update: object) => {
      const bytes = prepareUpdate(
        { ...learned, delta: learned.delta.slice() },
        assignment({ kind: 'float32', clip: 1, ...update }),
        seededBytes(1),
      );
      return [...new Float32Array(bytes.slice(-32).buffer)];
    };
    const share = Math.SQRT1_2;
    expect(sent({ perLayer: true })[3]).toBeCloseTo(0.8 * share, 5);
    expect(sent({ perLayer: true })[6]).toBe(Math.fround(0.1));
    // The whole at once takes from the small layer what the large one has too much.
    expect(sent({})[6]).toBeCloseTo(0.02, 3);
  });

  it('fails where training diverged in one of them', () => {
    const delta = Float32Array.of(1, 1, 1, 1, Number.NaN, 1, 1, 1);
    const learned = { delta, examples: 5, layout: twoLayers };
    expect(codeOf(() => prepareUpdate(learned, assignment({ perLayer: true }), seededBytes(1)))).toBe(
      'training.failed',
    );
  });
});

describe('weighing', () => {
  it.each([
    [0, 1],
    [1, 1],
    [12, 1],
    [13, 1],
    [50, 4],
    [100, 8],
    [1_000, 8],
  ])('UP6: %i of 100 examples weigh %i of 8', (examples, weight) => {
    expect(weightOf(examples, assignment({ weighting: 'examples', weightCap: 8 }).plan)).toBe(weight);
    expect(weightOf(examples, assignment({ weighting: 'uniform', weightCap: 8 }).plan)).toBe(1);
  });
});

describe('an update that is prepared', () => {
  const learned = (delta: Float32Array) => ({ delta, examples: 75, layout });

  it('UP6 WC2: as float32 is taken by the coordinator, with its weight', () => {
    fc.assert(
      fc.property(deltas, delta => {
        const { plan, ...rest } = assignment({ kind: 'float32' });
        const expected = delta.slice();
        clip(expected, plan.update.clip);
        const sum = new FloatSum(layout, plan.update);
        sum.add(prepareUpdate(learned(delta), { plan, ...rest }, seededBytes(1)));
        expect(sum.mean().weight).toBe(3);
        for (const [i, value] of sum.mean().delta.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
      }),
    );
  });

  it('UP6 WC3: as ring elements is taken by the coordinator, close to what it was', () => {
    fc.assert(
      fc.property(deltas, delta => {
        const { plan, ...rest } = assignment({ bits: 12 });
        const expected = delta.slice();
        clip(expected, plan.update.clip);
        const sum = new RingSum(layout, { ...plan.update, largestCohort: plan.largestCohort }, rest.round);
        sum.add(prepareUpdate(learned(delta), { plan, ...rest }, seededBytes(1)));
        expect(sum.mean().weight).toBe(3);
        for (const [i, value] of sum.mean().delta.entries()) expect(value).toBeCloseTo(expected[i]!, 2);
      }),
    );
  });

  it('SA10: is masked after it was quantised, the weight too, and before it is packed', () => {
    const { plan, ...rest } = assignment({ bits: 12 });
    const delta = Float32Array.of(0.1, 0.2, 0.3, 0, 0, 0, 0, -0.4);
    const prepare = (mask?: (elements: Int32Array) => void) =>
      prepareUpdate(learned(delta.slice()), { plan, ...rest }, seededBytes(1), mask);
    const sum = new RingSum(layout, { ...plan.update, largestCohort: plan.largestCohort }, rest.round, true);
    sum.add(
      prepare(elements => {
        expect(elements).toHaveLength(9);
        for (const i of elements.keys()) elements[i]! += 123_456_789 * (i + 1);
      }),
    );
    for (const i of sum.elements.keys()) sum.elements[i]! -= 123_456_789 * (i + 1);
    const plain = new RingSum(layout, { ...plan.update, largestCohort: plan.largestCohort }, rest.round);
    plain.add(prepare());
    expect(sum.mean()).toEqual(plain.mean());
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('is not made of %d', value => {
    const delta = new Float32Array(8);
    delta[3] = value;
    expect(codeOf(() => prepareUpdate(learned(delta), assignment({}), seededBytes(1)))).toBe(
      'training.failed',
    );
  });
});
