import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { SingleUpdates } from '@murmuration/rounds/aggregation/single-updates';
import { bulyan } from '@murmuration/rounds/strategy/bulyan';
import { centredClipping } from '@murmuration/rounds/strategy/centred-clipping';
import { fedAdagrad } from '@murmuration/rounds/strategy/fed-adagrad';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { fedExP } from '@murmuration/rounds/strategy/fed-exp';
import { fedNova } from '@murmuration/rounds/strategy/fed-nova';
import { fedYogi } from '@murmuration/rounds/strategy/fed-yogi';
import { geometricMedian } from '@murmuration/rounds/strategy/geometric-median';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { krum, multiKrum } from '@murmuration/rounds/strategy/krum';
import { median } from '@murmuration/rounds/strategy/median';
import type { EachStrategy, Strategy, StrategyState } from '@murmuration/rounds/strategy/strategy';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import { strategyContract } from '@murmuration/rounds/testing/strategy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

strategyContract('fedAvg', fedAvg());
strategyContract('fedAvg with half a step', fedAvg({ serverLearningRate: 0.5 }));
strategyContract('fedAvgM', fedAvgM());
strategyContract('fedAdam', fedAdam());
strategyContract('fedAdam without bias correction', fedAdam({ biasCorrection: false }));
strategyContract('fedAdam with shorter steps of small rounds', fedAdam({ fullWeight: 100 }));
strategyContract('fedAvgM that looks ahead', fedAvgM({ nesterov: true }));
strategyContract('fedYogi', fedYogi());
strategyContract('fedYogi with bias correction', fedYogi({ biasCorrection: true }));
strategyContract('fedAdagrad', fedAdagrad());
strategyContract('fedAdagrad with momentum', fedAdagrad({ beta1: 0.9 }));
strategyContract('fedExP', fedExP());
strategyContract('fedNova', fedNova());
strategyContract('median', median());
strategyContract('krum', krum({ attackers: 1 }));
strategyContract('multiKrum', multiKrum({ attackers: 1 }));
strategyContract('multiKrum of two', multiKrum({ attackers: 1, keep: 2 }));
strategyContract('bulyan', bulyan({ attackers: 1 }));
strategyContract('centredClipping', centredClipping());
strategyContract('centredClipping in a fixed radius', centredClipping({ radius: 0.5, passes: 1 }));
strategyContract('geometricMedian', geometricMedian());
strategyContract('groups.trimmedMean', inGroups(trimmedMean({ trim: 0.2 })));
strategyContract('groups.centredClipping', inGroups(centredClipping()));
strategyContract('trimmedMean', trimmedMean({ trim: 0.3 }));

interface Result {
  readonly weights: readonly number[];
  readonly examples: number;
}

/** Models after each round, where devices report whole models, as Flower's do. */
function rounds<State extends StrategyState>(
  strategy: Strategy<State>,
  initial: readonly number[],
  results: readonly (readonly Result[])[],
): number[][] {
  const layout = layoutOf([{ name: 'w', shape: [initial.length] }]);
  let state = strategy.init(layout.count);
  let model: Float32Array = Float32Array.from(initial);
  return results.map(devices => {
    const newSum = () => new FloatSum(layout, { clip: 1e6, weightCap: 100 });
    const sum = newSum();
    const single = new SingleUpdates(newSum);
    for (const { weights, examples } of devices) {
      const delta = Float32Array.from(weights, (weight, i) => weight - model[i]!);
      const update = encodeUpdate(layout.hash, layout.count, { kind: 'float32', delta, weight: examples });
      sum.add(update);
      single.add(update);
    }
    ({ state, model } =
      strategy.consumes !== 'sum'
        ? strategy.apply(state, model, single.updates)
        : strategy.apply(state, model, sum.mean()));
    return [...model];
  });
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
}

/** Float32 has 24 bits. */
const single = 3e-7;

const threeRounds: Result[][] = [
  [
    { weights: [1, -2, 0.5], examples: 3 },
    { weights: [0.5, 1, -1.5], examples: 1 },
  ],
  [
    { weights: [0.8, -1, 0], examples: 2 },
    { weights: [0.2, 0.4, -0.6], examples: 2 },
  ],
  [
    { weights: [1.2, -0.5, 0.3], examples: 1 },
    { weights: [0.9, 0.1, -0.2], examples: 4 },
  ],
];

describe('published figures', () => {
  it('fedAvgM: what a run of Flower gives (adap/flower@fdef7afb serverapp/strategy/fedavgm.py)', () => {
    const models = rounds(fedAvgM({ serverLearningRate: 0.5, momentum: 0.9 }), [0, 0, 0], threeRounds);
    const published = [
      [0.4375, -0.625, 0],
      [0.8625, -1.025, -0.15],
      [1.29375, -0.8825, -0.26],
    ];
    for (const [i, expected] of published.entries()) expectClose(models[i]!, expected, single);
  });

  /** Models of one value from 1 on, whose gradient is always the same: devices learn its opposite. */
  function descent(strategy: ReturnType<typeof fedAdam>, gradient: number, steps: number): number[] {
    let now: ReturnType<typeof strategy.apply> = { state: strategy.init(1), model: Float32Array.of(1) };
    return Array.from({ length: steps }, () => {
      now = strategy.apply(now.state, now.model, { delta: Float32Array.of(-gradient), weight: 1 });
      return now.model[0]!;
    });
  }
  // Published with an ε of 0: this keeps a coordinate that nobody moved from 0 / 0.
  const tau = 1e-9;

  // google-parfait/tensorflow-federated@009f4c6f tensorflow_federated/python/learning/optimizers/adam_test.py, test_math
  it('fedAdam: the test of TensorFlow Federated’s Adam', () => {
    const strategy = fedAdam({ serverLearningRate: 0.1, beta1: 0.9, beta2: 0.999, tau });
    expectClose(descent(strategy, 2, 4), [0.9000007, 0.8000017, 0.700002, 0.600003], 4e-6);
  });

  // The same, test_executes_with_indexed_slices: without decay there is nothing to correct.
  it.each([true, false])('fedAdam: the same without decay, bias correction %s', biasCorrection => {
    const strategy = fedAdam({ serverLearningRate: 0.5, beta1: 0, beta2: 0, tau: 1e-7, biasCorrection });
    expectClose(descent(strategy, 1, 1), [0.5], single);
    const asAbove = fedAdam({ serverLearningRate: 0.1, beta1: 0, beta2: 0, tau, biasCorrection });
    expectClose(descent(asAbove, 2, 4), [0.9, 0.8, 0.7, 0.6], single);
  });

  // owkin/FLamby, tests of FedAdam: without bias correction its first step is that of Adam at the rate 1 where the server's rate is
  // √(1 − β₂) / (1 − β₁) and τ is ε · √(1 − β₂).
  it.each([
    [0.9, 0.999],
    [0.5, 0.5],
  ])('fedAdam without bias correction: FLamby’s relation to Adam, β %d and %d', (beta1, beta2) => {
    const root = Math.sqrt(1 - beta2);
    const strategy = fedAdam({
      serverLearningRate: root / (1 - beta1),
      beta1,
      beta2,
      tau: 1e-8 * root,
      biasCorrection: false,
    });
    for (const gradient of [2, -0.25])
      expectClose(descent(strategy, gradient, 1), [1 - Math.sign(gradient)], 1e-6);
  });

  // Malladi et al. 2022, Definition 5: the rule for batches of κ times the size.
  it.each([0.25, 0.04])(
    'fedAdam: a round of κ = %f of the full weight steps by the square root scaling rule',
    kappa => {
      const [serverLearningRate, beta1, beta2, tau] = [0.1, 0.9, 0.99, 0.01];
      const fullWeight = 200;
      const small = fedAdam({ serverLearningRate, beta1, beta2, tau, fullWeight });
      const scaled = fedAdam({
        serverLearningRate: serverLearningRate * Math.sqrt(kappa),
        beta1: beta1 ** kappa,
        beta2: beta2 ** kappa,
        tau: tau / Math.sqrt(kappa),
      });
      const after = (strategy: ReturnType<typeof fedAdam>, weight: number) => {
        let now: ReturnType<typeof strategy.apply> = {
          state: strategy.init(2),
          model: Float32Array.of(1, -1),
        };
        for (const delta of [Float32Array.of(2, 0.001), Float32Array.of(-1, 0.002), Float32Array.of(0.5, 0)])
          now = strategy.apply(now.state, now.model, { delta, weight });
        return [...now.model];
      };
      expectClose(after(small, kappa * fullWeight), after(scaled, 1), single);
      // From the full weight on, nothing is another than before.
      for (const weight of [fullWeight, 10 * fullWeight])
        expect(after(small, weight)).toEqual(
          after(fedAdam({ serverLearningRate, beta1, beta2, tau }), weight),
        );
    },
  );

  it('fedAdam without bias correction: Algorithm 2 of Reddi et al. 2021, in float64', () => {
    const [eta, beta1, beta2, tau] = [0.1, 0.9, 0.99, 0.05];
    const strategy = fedAdam({ serverLearningRate: eta, beta1, beta2, tau, biasCorrection: false });
    let [m, v, x] = [0, tau ** 2, 1];
    const printed = Array.from({ length: 20 }, () => {
      m = beta1 * m + (1 - beta1) * -2;
      v = beta2 * v + (1 - beta2) * 4;
      x += (eta * m) / (Math.sqrt(v) + tau);
      return x;
    });
    expectClose(descent(strategy, 2, 20), printed, 2e-6);
  });

  it('fedAvgM without momentum: Flower’s test (adap/flower@fdef7afb serverapp/strategy/fedavgm_test.py)', () => {
    const [model] = rounds(fedAvgM({ serverLearningRate: 1.000000001, momentum: 0 }), new Array(10).fill(0), [
      [
        { weights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], examples: 1 },
        { weights: [29, 23, 19, 17, 13, 11, 7, 5, 3, 2], examples: 2 },
      ],
    ]);
    expectClose(
      model!,
      [
        19.666666666666668, 16, 13.666666666666666, 12.666666666666666, 10.333333333333334, 9.333333333333334,
        7, 6, 5, 4.666666666666667,
      ],
      1e-6,
    );
  });

  // NVIDIA/NVFlare@f3b7c1bf tests/unit_test/app_common/aggregators/in_time_accumulate_weighted_aggregator_test.py,
  // test_aggregate; its weight × steps are our weights, times two in the first case.
  it.each([
    [1, 2],
    [2, 4],
  ])('fedAvg: NVFlare’s test, weights %i and %i', (first, second) => {
    const [model] = rounds(
      fedAvg(),
      [0, 0, 0, 0],
      [
        [
          { weights: [2, 3, 1.1, 0.1], examples: first },
          { weights: [1, 1, 2.1, 0.5], examples: second },
        ],
      ],
    );
    expectClose(
      model!,
      [1.3333333333333333, 1.6666666666666667, 1.7666666666666666, 0.3666666666666667],
      single,
    );
  });

  it('fedAvg: FLSim’s weighted mean (facebookresearch/FLSim@7311f2d flsim/servers/tests/test_aggregator.py)', () => {
    const results = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(examples => ({ weights: [1], examples }));
    expect(rounds(fedAvg(), [0], [results])).toEqual([[1]]);
  });

  it('median: Flower’s test (adap/flower@1d5f78d9 serverapp/strategy/fedmedian_test.py)', () => {
    const [model] = rounds(
      median(),
      [0, 0, 0, 0],
      [
        [
          { weights: [1, 0.2, 0.5, 1], examples: 5 },
          { weights: [0.2, 0.5, 1, 0.2], examples: 2 },
          { weights: [0.5, 1, 0.2, 0.5], examples: 9 },
        ],
      ],
    );
    expect(model).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('trimmedMean: Flower’s test (adap/flower@6e2d953b serverapp/strategy/fedtrimmedavg_test.py)', () => {
    const [model] = rounds(
      trimmedMean({ trim: 0.25 }),
      [0, 0, 0, 0, 0],
      [
        [
          { weights: [0.5, 0.5, 0.5, 0.5, 0.5], examples: 1 },
          { weights: [1, 0.2, 0.5, 1, 1], examples: 5 },
          { weights: [0.2, 0.5, 1, 0.2, 2], examples: 2 },
          { weights: [0.5, 1, 0.2, 0.5, 100], examples: 9 },
        ],
      ],
    );
    expect(model).toEqual([0.5, 0.5, 0.5, 0.5, 1.5]);
  });

  // scipy.stats.trim_mean's documentation: x = [1, 2, 3, 5] with a quarter cut off is 2.5, np.arange(20) with a tenth 9.5.
  it.each([
    [0.25, [1, 2, 3, 5], 2.5],
    [0.1, Array.from({ length: 20 }, (_, i) => i), 9.5],
  ])('trimmedMean of %f: SciPy’s examples', (trim, values, expected) => {
    const results = values.map(value => ({ weights: [value], examples: 1 }));
    expect(rounds(trimmedMean({ trim }), [0], [results])).toEqual([[expected]]);
  });
});

describe('a strategy of single updates', () => {
  const count = 6;
  const vector = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), {
    minLength: count,
    maxLength: count,
  });
  const wild = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
    minLength: count,
    maxLength: count,
  });
  /** At least one honest device more than there are liars, who say anything. */
  const crowd = fc
    .tuple(fc.array(vector, { minLength: 1, maxLength: 7 }), fc.array(wild, { maxLength: 6 }))
    .map(([honest, liars]) => ({ honest, liars: liars.slice(0, honest.length - 1) }));

  function step(strategy: ReturnType<typeof median>, deltas: readonly (readonly number[])[]): Float32Array {
    const updates = deltas.map(delta => ({ delta: Float32Array.from(delta), weight: 1 }));
    return strategy.apply({}, new Float32Array(count), updates).model;
  }

  it.each([
    ['median', () => median()],
    ['trimmedMean', (liars: number, all: number) => trimmedMean({ trim: liars / all })],
  ] as const)('%s stays between the honest devices, whatever fewer than half say', (_, strategyFor) => {
    fc.assert(
      fc.property(crowd, ({ honest, liars }) => {
        const all = honest.flatMap((each, i) => (i < liars.length ? [liars[i]!, each] : [each]));
        const next = step(strategyFor(liars.length, all.length), all);
        for (const [i, value] of next.entries()) {
          const column = honest.map(each => Math.fround(each[i]!));
          expect(value).toBeGreaterThanOrEqual(Math.min(...column) - 1e-6);
          expect(value).toBeLessThanOrEqual(Math.max(...column) + 1e-6);
        }
      }),
    );
  });

  it.each([
    ['median', median()],
    ['trimmedMean', trimmedMean({ trim: 0.4 })],
  ] as const)('%s of equal updates is their mean', (_, strategy) => {
    fc.assert(
      fc.property(vector, fc.integer({ min: 1, max: 9 }), (delta, devices) => {
        const next = step(strategy, new Array<number[]>(devices).fill(delta));
        for (const [i, value] of next.entries()) expect(value).toBeCloseTo(Math.fround(delta[i]!), 5);
      }),
    );
  });

  /** Seven honest devices or more for two liars that say the same, as far away as they like. */
  const besieged = fc.tuple(
    fc.array(vector, { minLength: 9, maxLength: 12 }),
    fc.array(fc.float({ min: -1e6, max: 1e6, noNaN: true }), { minLength: count, maxLength: count }),
  );

  it.each([
    ['krum', krum({ attackers: 2 })],
    ['multiKrum', multiKrum({ attackers: 2 })],
    ['bulyan', bulyan({ attackers: 2 })],
    ['centredClipping', centredClipping()],
    ['geometricMedian', geometricMedian()],
  ] as const)('%s: two of eleven that collude can not carry the step away', (_, strategy) => {
    fc.assert(
      fc.property(besieged, ([honest, lie]) => {
        const all = [lie, ...honest, lie].map(delta => ({ delta: Float32Array.from(delta), weight: 1 }));
        const state = strategy.init(count);
        const { model } = (strategy as EachStrategy).apply(state, new Float32Array(count), all);
        // Honest values are within ±10, so that no two are further apart than this; the mean would go as far as the lie.
        const widest = 20 * Math.sqrt(count);
        expect(Math.hypot(...model)).toBeLessThan(2 * widest);
      }),
    );
  });

  it('krum takes one of the updates, and multiKrum their mean', () => {
    const updates = [0, 1, 2, 3, 1_000].map(value => ({ delta: Float32Array.of(value), weight: 1 }));
    const step = (strategy: EachStrategy<Record<string, never>>) =>
      strategy.apply({}, new Float32Array(1), updates).model[0];
    expect([1, 2]).toContain(step(krum({ attackers: 1 })));
    expect(step(multiKrum({ attackers: 1 }))).toBe(1.5);
    expect(step(multiKrum({ attackers: 1, keep: 4 }))).toBe(1.5);
  });

  it('bulyan drops the one wild coordinate of an update that is near all others', () => {
    const near = (i: number) => Array.from({ length: 400 }, (_, k) => Math.sin(i * 7 + k));
    const wild = near(3).map((value, k) => (k === 0 ? 12 : value));
    const updates = [0, 1, 2, 4, 5, 6].map(near).concat([wild]);
    const means = updates.map(delta => ({ delta: Float32Array.from(delta), weight: 1 }));
    const { model } = bulyan({ attackers: 1 }).apply({}, new Float32Array(400), means);
    expect(Math.abs(model[0]!)).toBeLessThanOrEqual(1);
  });

  it('geometricMedian is the point of least distance: Fermat’s of a triangle with 120° at it', () => {
    const corners = [0, 120, 240].map(degrees => {
      const angle = (degrees * Math.PI) / 180;
      return { delta: Float32Array.of(Math.cos(angle) * 3 + 5, Math.sin(angle) * 3 - 2), weight: 1 };
    });
    const { model } = geometricMedian().apply({}, new Float32Array(2), corners);
    expectClose(model as unknown as number[], [5, -2], 1e-5);
    // Two of three at one place: there it is.
    const [first, second] = corners as [Mean, Mean];
    const held = geometricMedian().apply({}, new Float32Array(2), [first, first, second]);
    expectClose(held.model as unknown as number[], [...first.delta], 1e-4);
  });

  it('centredClipping moves its centre by no more than the radius in a pass, and goes on from it', () => {
    const strategy = centredClipping({ radius: 1, passes: 1 });
    const far = [{ delta: Float32Array.of(100), weight: 1 }];
    const first = strategy.apply(strategy.init(1), new Float32Array(1), far);
    const second = strategy.apply(first.state, first.model, far);
    expect([first.model[0], second.state.centre[0], second.model[0]]).toEqual([1, 2, 3]);
  });

  // Jhunjhunwala et al. 2023, Algorithm 1, by hand: mean (1, 0), mean of squares 2, 2 / (2 · (1 + 0)) = 1, and orthogonal ones twice as far.
  it('fedExP stretches the step where the updates point apart', () => {
    const step = (deltas: readonly (readonly number[])[]) => [
      ...fedExP({ epsilon: 0 }).apply(
        {},
        new Float32Array(2),
        deltas.map(delta => ({ delta: Float32Array.from(delta), weight: 1 })),
      ).model,
    ];
    expect(
      step([
        [1, 1],
        [1, -1],
      ]),
    ).toEqual([1, 0]);
    expect(
      step([
        [1, 3],
        [1, -3],
      ]),
    ).toEqual([5, 0]);
    expect(
      step([
        [1, 0],
        [1, 0],
      ]),
    ).toEqual([1, 0]);
  });

  // Wang et al. 2020, equation 7, by hand: 40 and 10 examples in batches of 10, twice: 8 and 2 steps, τ̄ = 0.8 · 8 + 0.2 · 2 = 6.8.
  it('fedNova counts a step of every device alike, however many it took', () => {
    const updates = [
      { delta: Float32Array.of(8, 0), weight: 40 },
      { delta: Float32Array.of(0, 2), weight: 10 },
    ];
    const { model } = fedNova({ epochs: 2, batchSize: 10 }).apply({}, new Float32Array(2), updates);
    expectClose(model as unknown as number[], [6.8 * 0.8, 6.8 * 0.2], single);
    // Weights in units of five examples are the same.
    const scaled = updates.map(({ delta, weight }) => ({ delta, weight: weight / 5 }));
    const again = fedNova({ epochs: 2, batchSize: 10, examplesPerWeight: 5 });
    expectClose(
      again.apply({}, new Float32Array(2), scaled).model as unknown as number[],
      [...model],
      single,
    );
  });

  it('fedNova is federated averaging where all take equal steps', () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 6 }), deltas => {
        const updates = deltas.map(delta => ({ delta: Float32Array.from(delta), weight: 12 }));
        const { model } = fedNova({ batchSize: 5 }).apply({}, new Float32Array(count), updates);
        for (const [i, value] of model.entries())
          expect(value).toBeCloseTo(
            updates.reduce((sum, { delta }) => sum + delta[i]!, 0) / updates.length,
            4,
          );
      }),
    );
  });

  it.each([
    () => fedNova({ batchSize: 0 }),
    () => krum({ attackers: -1 }),
    () => bulyan({ attackers: 0.5 }),
    () => multiKrum({ attackers: 1, keep: 0 }),
    () => centredClipping({ radius: 0 }),
    () => centredClipping({ passes: 0 }),
    () => geometricMedian({ passes: 1.5 }),
    () => geometricMedian({ smoothing: 0 }),
  ])('refuses settings out of range: %s', make => {
    expect(make).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('trimmedMean cuts off whole devices only: what a share of them is, rounded down', () => {
    const values = Array.from({ length: 100 }, (_, i) => [i < 29 ? -1e6 : i > 70 ? 1e6 : i, 0, 0, 0, 0, 0]);
    expect(step(trimmedMean({ trim: 0.29 }), values)[0]).toBe(49.5);
    expect(step(trimmedMean({ trim: 0.1 }), values.slice(30, 39))[0]).toBe(34);
    expect(step(trimmedMean({ trim: 0 }), values.slice(30, 34))[0]).toBe(31.5);
  });

  it.each([-0.1, 0.5, Number.NaN])('trimmedMean refuses to cut off %f', trim => {
    expect(() => trimmedMean({ trim })).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('takes the step of its learning rate', () => {
    const deltas = [[2, 0, 0, 0, 0, 0]];
    expect(step(median({ serverLearningRate: 0.5 }), deltas)[0]).toBe(1);
    expect(step(trimmedMean({ serverLearningRate: 0.25 }), deltas)[0]).toBe(0.5);
  });
});
