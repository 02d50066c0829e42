import { type AdaptiveClipping, nextClip, splitNoise } from '@murmuration/privacy/clipping/adaptive';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { publishedCase, publishedCases, relativeError } from '../vectors.ts';

it('a mean has the noise of flwr-run-stdv', () => {
  const { inputs, expected } = publishedCase<
    Record<'noise_multiplier' | 'clipping_norm' | 'num_sampled_clients', number>,
    { stddev: number }
  >('flwr-run-stdv');
  // z × clip on the sum.
  expect((inputs.noise_multiplier * inputs.clipping_norm) / inputs.num_sampled_clients).toBeCloseTo(
    expected.stddev,
    12,
  );
});

describe('an adaptive clip', () => {
  it.each(['pfl-adaptclip-1', 'pfl-adaptclip-2'])('moves as %s', id => {
    const { inputs, expected } = publishedCase<
      Record<'clip' | 'norm_quantile' | 'target_quantile' | 'log_step', number>,
      { new_clip: number }
    >(id);
    const next = nextClip(inputs.clip, inputs.norm_quantile, {
      quantile: inputs.target_quantile,
      rate: inputs.log_step,
    });
    expect(relativeError(next, expected.new_clip)).toBeLessThan(1e-12);
  });

  it('moves by differences as tff-quantile-arith', () => {
    const { inputs, expected } = publishedCase<
      Record<'initial' | 'target_quantile' | 'learning_rate', number> & { records: number[] },
      { estimate: number }
    >('tff-quantile-arith');
    const below = inputs.records.filter(value => value <= inputs.initial).length / inputs.records.length;
    const settings = {
      quantile: inputs.target_quantile,
      rate: inputs.learning_rate,
      step: 'arithmetic',
    } as const;
    expect(relativeError(nextClip(inputs.initial, below, settings), expected.estimate)).toBeLessThan(1e-6);
    expect(nextClip(0.1, 1, { quantile: 0, rate: 1, step: 'arithmetic' })).toBe(0);
  });

  const norms = Array.from({ length: 21 }, (_, i) => i / 2);

  /** Where the clip is after so many rounds. */
  function settled(start: number, settings: AdaptiveClipping, step = nextClip): number {
    let clip = start;
    for (let round = 0; round < 50; round++)
      clip = step(clip, norms.filter(norm => norm <= clip).length / norms.length, settings);
    return clip;
  }

  it('finds the quantile from both sides, as tfp-adapt-linspace; not with the sign turned around', () => {
    const { inputs, expected } = publishedCase<
      { initial_clips: number[]; target_unclipped_quantile: number; learning_rate: number },
      { clip_after_round_40: number }
    >('tfp-adapt-linspace');
    const settings = { quantile: inputs.target_unclipped_quantile, rate: inputs.learning_rate };
    for (const start of inputs.initial_clips) {
      expect(Math.abs(settled(start, settings) - expected.clip_after_round_40)).toBeLessThan(0.25);
      // Planted: the sign of a widely used framework, by which a clip that is too small gets smaller.
      const inverted = settled(
        start,
        settings,
        (clip, below, { quantile, rate } = {}) => clip * Math.exp(rate! * (below - quantile!)),
      );
      expect(Math.abs(inverted - expected.clip_after_round_40)).toBeGreaterThan(3);
    }
  });

  it.each(publishedCases('adaptive-clipping').filter(({ id }) => id.startsWith('flwr')))(
    'divides its noise as $id',
    ({ inputs, expected }) => {
      const {
        noise_multiplier: z,
        num_sampled_clients: cohort,
        clipped_count_stddev: given,
      } = inputs as Record<string, number | null>;
      const { count, sum } = splitNoise(z!, cohort!, given ?? undefined);
      expect(count).toBe(expected.clipped_count_stddev);
      expect(relativeError(sum, expected.update_noise_multiplier as number)).toBeLessThan(1e-12);
      // Together they spend what z would: μ² adds up, and each device moves the count by ½.
      expect(relativeError(sum ** -2 + (0.5 / count) ** 2, z! ** -2)).toBeLessThan(1e-12);
    },
  );

  it('refuses settings that mean nothing', () => {
    for (const [settings, words] of [
      [{ quantile: 1.1 }, 'quantile is from 0 to 1; found 1.1.'],
      [{ quantile: -0.1 }, 'found -0.1.'],
      [{ rate: -1 }, 'rate is 0 or more; found -1.'],
      [{ rate: Infinity }, 'found Infinity.'],
    ] as const) {
      expect(codeOf(() => nextClip(1, 0.5, settings))).toBe('config.invalid');
      expect(() => nextClip(1, 0.5, settings)).toThrow(words);
    }
    expect(codeOf(() => splitNoise(10, 100, 5))).toBe('config.invalid');
    expect(() => splitNoise(10, 100)).toThrow(
      'The noise of the count has a standard deviation above 5, half of the noise multiplier; found 5.',
    );
    expect(splitNoise(10, 101).count).toBe(101 / 20);
  });

  it.each([
    [0.75, {}, Math.exp(-0.2 * 0.25)],
    [0.25, { quantile: 0 }, Math.exp(-0.2 * 0.25)],
    [0.25, { quantile: 1 }, Math.exp(0.2 * 0.75)],
    [0.25, { rate: 0 }, 1],
    [1, { step: 'arithmetic', rate: 1 }, 1 - 0.5 / 2],
    [0, { step: 'arithmetic', rate: 1 }, 1 + 0.5 / 2],
  ] as const)(
    'of 2, with the share %d below it and %j, moves by the factor %d',
    (below, settings, factor) => {
      expect(nextClip(2, below, settings)).toBeCloseTo(2 * factor, 14);
    },
  );
});
