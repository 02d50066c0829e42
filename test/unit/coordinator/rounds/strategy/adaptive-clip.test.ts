import { adaptiveClip } from '@murmuration/rounds/strategy/adaptive-clip';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

/** Norms of a cohort, from 0.02 to 2: four fifths are within 1.6. */
const norms = Array.from({ length: 100 }, (_, i) => (i + 1) / 50);

/** The clip after some rounds of that cohort; `told` is what becomes of the share of those within it. */
function after(rounds: number, quantile: number, initial: number, told = (share: number) => share): number {
  const strategy = adaptiveClip(fedAvg(), { quantile, initial });
  let state = strategy.init(1);
  for (let round = 0; round < rounds; round++) {
    const clip = strategy.clip!(state);
    const share = norms.filter(norm => norm <= clip).length / norms.length;
    const mean = { delta: new Float32Array(1), weight: 100, within: { share: told(share), clip } };
    state = strategy.apply(state, new Float32Array(1), mean, 100).state;
  }
  return strategy.clip!(state);
}

describe('a clip that follows a quantile', () => {
  it('comes to it from below and from above', () => {
    for (const initial of [0.01, 100]) {
      expect(after(200, 0.5, initial)).toBeCloseTo(1, 1);
      expect(after(200, 0.8, initial)).toBeCloseTo(1.6, 1);
    }
    // Planted: the other direction, in which a clip that is too small gets smaller.
    const inverted = after(200, 0.5, 0.9, share => 1 - share);
    expect(Math.abs(inverted - 1)).toBeGreaterThan(0.5);
  });

  it('moves by exp(−η (b − γ)) from the clip that the round had, and stays where nobody says anything', () => {
    const strategy = adaptiveClip(fedAvgM(), { initial: 2, least: 1.9 });
    const step = (within?: { share: number; clip: number }) =>
      strategy.apply(
        strategy.init(1),
        Float32Array.of(5),
        { delta: Float32Array.of(1), weight: 1, ...(within && { within }) },
        1,
      );
    expect(strategy.clip!(step({ share: 0.1, clip: 2 }).state)).toBeCloseTo(2 * Math.exp(0.2 * 0.4), 12);
    expect(strategy.clip!(step({ share: 0.1, clip: 4 }).state)).toBeCloseTo(4 * Math.exp(0.2 * 0.4), 12);
    expect(strategy.clip!(step({ share: 1, clip: 2 }).state)).toBe(1.9);
    expect(strategy.clip!(step().state)).toBe(2);
    expect([...step().model]).toEqual([6]);
  });

  it('is refused for settings out of range, and for strategies that go by the clip of the task', () => {
    for (const wrong of [
      () => adaptiveClip(fedAvg(), { initial: 0 }),
      () => adaptiveClip(fedAvg(), { initial: 1, least: 2 }),
      () => adaptiveClip(fedAvg(), { initial: 1, quantile: 1.1 }),
      () => adaptiveClip(qFedAvg(), { initial: 1 }),
      () => adaptiveClip(scaffold({ population: 9 }), { initial: 1 }),
      () => adaptiveClip(adaptiveClip(fedAvg(), { initial: 1 }), { initial: 1 }),
    ])
      expect(codeOf(wrong)).toBe('config.invalid');
  });

  it.each([
    [
      'a larger clip than the task allows',
      { update: { clip: 0.5 } },
      'begins with a clip of 1, and update.clip allows 0.5',
    ],
    ['single floats', { update: { clip: 2, kind: 'float32' }, masking: 'off' }, 'update.kind "ring"'],
    [
      'compression',
      { update: { clip: 2, compression: { kind: 'randomMask', fraction: 0.5 } } },
      'leave update.compression out',
    ],
    [
      'a buffer',
      { cohort: { mode: 'asynchronous', goal: 30, concurrency: 100 } },
      'cohort.mode "synchronous"',
    ],
    [
      'noise by devices',
      {
        update: { clip: 2, weighting: 'uniform' },
        privacy: { epsilon: 4, delta: 1e-6, rounds: 9, noise: 'skellam' },
      },
      'devices add no noise to that count',
    ],
  ])('is refused with %s', (_, change, told) => {
    const define = () =>
      defineTask({
        name: 'values',
        model: () => {
          throw new Error('Nothing is trained.');
        },
        plan: { learningRate: 0.1 },
        update: { clip: 2 },
        cohort: { goal: 40, minimum: 30 },
        schedule: { every: 0 },
        strategy: adaptiveClip(fedAvg(), { initial: 1 }),
        ...change,
      } as TaskDefinition);
    expect(codeOf(define)).toBe('config.invalid');
    expect(define).toThrow(told);
  });
});
