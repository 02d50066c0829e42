import { type AdaptiveClipping, nextClip, splitNoise } from '@murmuration/privacy/clipping/adaptive';
import { clipFactor, layerClips, layerFactors } from '@murmuration/privacy/clipping/factors';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { publishedCase, publishedCases, relativeError } from '../vectors.ts';

/** Σ weight × clipped value, and how many were clipped. */
function clippedSum(values: readonly number[], clip: number, weights = values.map(() => 1)) {
  const factors = values.map(value => clipFactor(Math.abs(value), clip));
  return {
    sum: values.reduce((sum, value, i) => sum + weights[i]! * factors[i]! * value, 0),
    count: factors.filter(factor => factor < 1).length,
  };
}

describe('a fixed clip', () => {
  it('sums as tff-clipsum', () => {
    const { inputs, expected } = publishedCase<
      { clip_norm: number; client_data: number[] },
      { sum: number; clipped_count: number }
    >('tff-clipsum');
    expect(clippedSum(inputs.client_data, inputs.clip_norm)).toEqual({
      sum: expected.sum,
      count: expected.clipped_count,
    });
  });

  it('has the mean of tff-clipmean', () => {
    const { inputs, expected } = publishedCase<
      { clip_norm: number; client_data: number[]; weights: number[] },
      { mean: number; clipped_count: number }
    >('tff-clipmean');
    const { sum, count } = clippedSum(inputs.client_data, inputs.clip_norm, inputs.weights);
    expect(sum / inputs.weights.reduce((total, weight) => total + weight)).toBe(expected.mean);
    expect(count).toBe(expected.clipped_count);
  });

  it('leaves what is short as it is (flsim-clipfactor-2-0.8)', () => {
    const { inputs, expected } = publishedCase<{ clip: number; norm: number }, { factor: number }>(
      'flsim-clipfactor-2-0.8',
    );
    expect(clipFactor(inputs.norm, inputs.clip)).toBe(expected.factor);
    expect(clipFactor(0, 1)).toBe(1);
  });

  it('sums vectors as tfp-sum-clip', () => {
    const { inputs, expected } = publishedCase<
      { initial_clip: number; records: number[][] },
      { sum: number[] }
    >('tfp-sum-clip');
    const sum = [0, 0];
    for (const record of inputs.records)
      for (const [i, value] of record.entries())
        sum[i]! += clipFactor(Math.hypot(...record), inputs.initial_clip) * value;
    for (const [i, value] of expected.sum.entries()) expect(sum[i]).toBeCloseTo(value, 12);
  });

  it('has the noise of flwr-run-stdv on its mean', () => {
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
});

describe('a clip for each layer', () => {
  it('never lets all layers together be longer than the clip', () => {
    const clips = layerClips(2, [1, 1, 4]);
    expect(Math.hypot(...clips)).toBeCloseTo(2, 12);
    expect(clips[2]! / clips[0]!).toBeCloseTo(4, 12);
    const norms = [100, 0.001, 100];
    const factors = layerFactors(norms, clips);
    expect(factors[1]).toBe(1);
    expect(Math.hypot(...norms.map((norm, i) => norm * factors[i]!))).toBeLessThanOrEqual(2);
  });

  it('refuses a share that is none', () => {
    expect(codeOf(() => layerClips(1, [1, 0]))).toBe('config.invalid');
  });
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
    expect(codeOf(() => nextClip(1, 0.5, { quantile: 1.1 }))).toBe('config.invalid');
    expect(codeOf(() => nextClip(1, 0.5, { rate: -1 }))).toBe('config.invalid');
    expect(codeOf(() => splitNoise(10, 100, 5))).toBe('config.invalid');
    expect(() => splitNoise(10, 100)).toThrow('above 5');
  });
});
