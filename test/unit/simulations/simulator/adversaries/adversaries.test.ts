import { seededUniform } from '@murmuration/engine/training/seeded';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { median } from '@murmuration/rounds/strategy/median';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import { adversariesOf } from '@murmuration/simulations/adversaries/adversaries';
import type { Poisons } from '@murmuration/simulations/adversaries/poisons';
import { adversarySettings } from '@murmuration/simulations/adversaries/settings';
import { normal } from '@murmuration/simulations/partition/distributions';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';

const of = (settings: z.input<typeof adversarySettings>, seed = 1) =>
  adversariesOf(adversarySettings.parse(settings), seed);

type Labelled = { readonly label: number; readonly trigger?: true };
const poisons: Poisons<Labelled> = {
  classes: 10,
  labelOf: ({ label }) => label,
  relabelled: (example, label) => ({ ...example, label }),
  triggered: example => ({ ...example, trigger: true }),
};
const examples: readonly Labelled[] = Array.from({ length: 10 }, (_, label) => ({ label }));

describe('adversaries', () => {
  it('are a share of the devices, the same ones in all rounds, others under another seed', () => {
    const devices = Array.from({ length: 1_000 }, (_, device) => device);
    const among = (seed: number) =>
      devices.filter(of({ share: 0.3, attack: { kind: 'sign-flip' } }, seed).isAdversary);
    expect(among(1).length / devices.length).toBeCloseTo(0.3, 1);
    expect(among(1)).toEqual(among(1));
    expect(among(1)).not.toEqual(among(2));
  });

  it('are none by default, and change nothing where there is no attack', () => {
    const { examples: given, corrupt } = of({ share: 1 });
    const delta = Float32Array.of(1, 2);
    corrupt(0, 1, delta);
    expect(Array.from(delta)).toEqual([1, 2]);
    expect(given(0, examples, undefined)).toBe(examples);
    expect(of({}).isAdversary(0)).toBe(false);
  });

  it.each([
    ['sign-flip', { kind: 'sign-flip', scale: 3 }, [-3, 6]],
    ['model-replacement', { kind: 'model-replacement', scale: 5 }, [5, -10]],
    ['backdoor', { kind: 'backdoor', scale: 2 }, [2, -4]],
    ['label-flip', { kind: 'label-flip' }, [1, -2]],
  ] as const)('send what a %s makes of their delta', (_, attack, expected) => {
    const delta = Float32Array.of(1, -2);
    of({ share: 1, attack }).corrupt(4, 1, delta);
    expect(Array.from(delta)).toEqual(expected);
  });

  it('send noise of the deviation, other noise in each round and on each device', () => {
    const { corrupt } = of({ share: 1, attack: { kind: 'noise', deviation: 2 } });
    const noise = (device: number, round: number) => {
      const delta = new Float32Array(10_000).fill(100);
      corrupt(device, round, delta);
      return delta;
    };
    const squares = noise(0, 1).reduce((sum, value) => sum + value ** 2, 0) / 10_000;
    expect(Math.sqrt(squares)).toBeCloseTo(2, 1);
    expect(Math.abs(noise(0, 1).reduce((sum, value) => sum + value, 0) / 10_000)).toBeLessThan(0.1);
    expect(noise(0, 1)).toEqual(noise(0, 1));
    expect(noise(0, 1)).not.toEqual(noise(0, 2));
    expect(noise(0, 1)).not.toEqual(noise(1, 1));
  });

  it('train on flipped labels', () => {
    const flipped = of({ share: 1, attack: { kind: 'label-flip' } }).examples(0, examples, poisons);
    expect(flipped.map(({ label }) => label)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('train on a share of examples with the trigger and the label that it is to call forth', () => {
    const attack = { kind: 'backdoor', target: 7, poisoned: 0.3 } as const;
    const poisoned = of({ share: 1, attack }).examples(0, examples, poisons);
    expect(poisoned.filter(({ trigger }) => trigger)).toEqual(
      Array.from({ length: 3 }, () => ({ label: 7, trigger: true })),
    );
    expect(poisoned.filter(({ trigger }) => !trigger).every(example => examples.includes(example))).toBe(
      true,
    );
  });

  it.each(['label-flip', 'backdoor'] as const)('need to know how examples are poisoned for a %s', kind => {
    expect(() => of({ share: 1, attack: { kind } }).examples(0, examples, undefined)).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });
});

/**
 * A linear regression of 20 weights that 20 devices learn by gradient descent, each from 30 rows of its own: how far the model is from the
 * true weights after 40 rounds, as a share of how far it was at first.
 */
function distanceAfterRounds(
  strategy: ReturnType<typeof fedAvg> | ReturnType<typeof median>,
  share: number,
): number {
  const [devices, rows, size] = [20, 30, 20];
  const uniform = seededUniform(5);
  const truth = Float32Array.from({ length: size }, () => normal(uniform));
  const data = Array.from({ length: devices }, () =>
    Array.from({ length: rows }, () => {
      const x = Array.from({ length: size }, () => normal(uniform));
      return { x, y: x.reduce((sum, value, i) => sum + value * truth[i]!, 0) + 0.1 * normal(uniform) };
    }),
  );
  // A seed that makes the share exactly that of these devices.
  const { corrupt } = Array.from({ length: 100 }, (_, seed) =>
    of({ share, attack: { kind: 'sign-flip', scale: 4 } }, seed),
  ).find(({ isAdversary }) => data.filter((_, device) => isAdversary(device)).length === share * devices)!;
  let model = new Float32Array(size);
  for (let round = 1; round <= 40; round++) {
    const updates = data.map((examples, device) => {
      const delta = new Float32Array(size);
      for (const { x, y } of examples) {
        const error = x.reduce((sum, value, i) => sum + value * model[i]!, 0) - y;
        for (let i = 0; i < size; i++) delta[i]! -= (0.3 / rows) * error * x[i]!;
      }
      corrupt(device, round, delta);
      return { delta, weight: 1 };
    });
    const mean = new Float32Array(size);
    for (const { delta } of updates) for (let i = 0; i < size; i++) mean[i]! += delta[i]! / devices;
    const stepped =
      strategy.consumes === 'sum'
        ? strategy.apply({}, model, { delta: mean, weight: devices })
        : strategy.apply({}, model, updates);
    model = stepped.model as Float32Array<ArrayBuffer>;
  }
  return Math.hypot(...model.map((value, i) => value - truth[i]!)) / Math.hypot(...truth);
}

describe('a quarter of the devices that flip the sign of what they send', () => {
  it('drive federated averaging away from what the others learn', () => {
    expect(distanceAfterRounds(fedAvg(), 0)).toBeLessThan(0.05);
    // 15 steps forward and 5 × 4 back.
    expect(distanceAfterRounds(fedAvg(), 0.25)).toBeGreaterThan(1);
  });

  it('are resisted by the median and the trimmed mean (Yin et al. 2018)', () => {
    expect(distanceAfterRounds(median(), 0.25)).toBeLessThan(0.1);
    expect(distanceAfterRounds(trimmedMean({ trim: 0.3 }), 0.25)).toBeLessThan(0.1);
  });

  it('are too many for a trimmed mean that cuts off fewer', () => {
    expect(distanceAfterRounds(trimmedMean({ trim: 0.1 }), 0.25)).toBeGreaterThan(0.3);
  });
});
