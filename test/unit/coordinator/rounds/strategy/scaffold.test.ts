import type { RoundId } from '@murmuration/protocol/ids/ids';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { strategyContract } from '@murmuration/rounds/testing/strategy';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

strategyContract('scaffold', scaffold({ population: 10 }));
strategyContract('scaffold with short steps', scaffold({ population: 3, serverLearningRate: 0.3 }));

const roundOf = (number: number) => ({ id: `round-${number}`.padEnd(22, '_') as RoundId, number });

/** Devices whose losses are Σ cᵢ (wᵢ − aᵢ)² / 2 of two weights. */
const devices = [
  { a: [3, -1], c: [1, 0.2] },
  { a: [-1, 2], c: [0.1, 1] },
  { a: [0, 0.5], c: [0.5, 0.4] },
  { a: [-2, -2], c: [0.3, 0.8] },
] as const;
const gradientOf = (w: readonly number[], { a, c }: (typeof devices)[number]) =>
  w.map((value, i) => c[i]! * (value - a[i]!));
/** Where the mean of all losses is least. */
const optimum = [0, 1].map(
  i =>
    devices.reduce((sum, { a, c }) => sum + c[i]! * a[i]!, 0) /
    devices.reduce((sum, { c }) => sum + c[i]!, 0),
);
const [rate, steps] = [0.1, 20];
/** Which two devices take part in a round. */
const cohortOf = (round: number) => [round % 4, (round + 1 + (round % 3)) % 4];

/** Algorithm 1 as it is printed, option II, in plain arrays. */
function printed(rounds: number): { x: number[]; c: number[] } {
  let [x, c] = [
    [0, 0],
    [0, 0],
  ];
  const own = devices.map(() => [0, 0]);
  for (let round = 1; round <= rounds; round++) {
    const cohort = cohortOf(round);
    const [dx, dc] = [
      [0, 0],
      [0, 0],
    ];
    for (const i of cohort) {
      let y = [...x];
      for (let k = 0; k < steps; k++) {
        const g = gradientOf(y, devices[i]!);
        y = y.map((value, j) => value - rate * (g[j]! - own[i]![j]! + c[j]!));
      }
      const next = own[i]!.map((value, j) => value - c[j]! + (x[j]! - y[j]!) / (steps * rate));
      for (const j of [0, 1]) {
        dx[j]! += (y[j]! - x[j]!) / cohort.length;
        dc[j]! += (next[j]! - own[i]![j]!) / cohort.length;
      }
      own[i] = next;
    }
    x = x.map((value, j) => value + dx[j]!);
    c = c.map((value, j) => value + (cohort.length / devices.length) * dc[j]!);
  }
  return { x, c };
}

/** The same by the strategy, from what devices do of which it knows nothing. */
function trained(rounds: number, corrects = true): { x: Float32Array; state: StrategyState } {
  const strategy = scaffold({ population: devices.length });
  let state = strategy.init(2);
  let x = new Float32Array(2);
  const own = devices.map(() => new Float64Array(2));
  for (let round = 1; round <= rounds; round++) {
    const { values: c } = strategy.control!(state);
    const cohort = cohortOf(round);
    const delta = new Float32Array(2);
    const control = new Float32Array(2);
    for (const i of cohort) {
      const correction = corrects ? c.map((value, j) => value - own[i]![j]!) : new Float32Array(2);
      let y: number[] = [...x];
      for (let k = 0; k < steps; k++) {
        const g = gradientOf(y, devices[i]!);
        y = y.map((value, j) => value - rate * (g[j]! + correction[j]!));
      }
      for (const j of [0, 1]) {
        const gradient = (x[j]! - y[j]!) / (steps * rate) - correction[j]!;
        delta[j]! += (y[j]! - x[j]!) / cohort.length;
        control[j]! += (gradient - own[i]![j]!) / cohort.length;
        own[i]![j] = gradient;
      }
    }
    const mean = { delta, control, weight: cohort.length };
    const stepped = strategy.apply(state, x, mean, cohort.length, roundOf(round));
    state = stepped.state;
    x = new Float32Array(stepped.model);
  }
  return { x, state };
}

describe('SCAFFOLD', () => {
  it.each([1, 2, 7, 40])('is Algorithm 1 as it is printed, after %d rounds', rounds => {
    const { x, c } = printed(rounds);
    const { x: weights, state } = trained(rounds);
    for (const j of [0, 1]) {
      expect(weights[j]).toBeCloseTo(x[j]!, 4);
      expect((state.control as Float32Array)[j]).toBeCloseTo(c[j]!, 4);
    }
  });

  // Karimireddy et al. 2020, Theorems I and III: FedAvg stops away from the optimum where clients differ, SCAFFOLD does not.
  it('comes to the optimum of devices that differ, where federated averaging does not', () => {
    const far = (x: Float32Array) => Math.hypot(...optimum.map((value, j) => value - x[j]!));
    expect(far(trained(400).x)).toBeLessThan(1e-3);
    expect(far(trained(400, false).x)).toBeGreaterThan(0.1);
  });

  it('counts a round for its share of the population, and for no more than all of it', () => {
    const mean = { delta: new Float32Array(1), control: Float32Array.of(1), weight: 1 };
    const after = (population: number, contributors: number) => {
      const strategy = scaffold({ population });
      const { state } = strategy.apply(strategy.init(1), new Float32Array(1), mean, contributors, roundOf(1));
      return (state.control as Float32Array)[0];
    };
    expect(after(100, 10)).toBeCloseTo(0.1, 6);
    expect(after(100, 50)).toBeCloseTo(0.5, 6);
    expect(after(10, 11)).toBe(1);
  });

  it('names the newest 64 rounds whose changes are in c, and the first one', () => {
    const strategy = scaffold({ population: 2, controlClip: 3 });
    let state = strategy.init(1);
    expect(strategy.control!(state)).toEqual({ values: Float32Array.of(0), clip: 3, rounds: [] });
    const mean = { delta: new Float32Array(1), control: new Float32Array(1), weight: 1 };
    for (let number = 5; number < 105; number += 1)
      state = strategy.apply(state, new Float32Array(1), mean, 1, roundOf(number)).state;
    const { rounds, origin } = strategy.control!(state);
    expect(rounds).toEqual(Array.from({ length: 64 }, (_, i) => 104 - i));
    // "roun", in base64url.
    expect(origin).toBe(0xae8ba7);
  });

  it.each([
    { population: 0 },
    { population: 1.5 },
    { population: Number.NaN },
    { population: 2, serverLearningRate: 0 },
    { population: 2, controlClip: 0 },
    { population: 2, controlClip: Number.NaN },
  ])('is not made with %o', settings => expect(codeOf(() => scaffold(settings))).toBe('config.invalid'));
});
