import { accountOf } from '@murmuration/privacy/accountants/account';
import { muOfMechanism } from '@murmuration/privacy/accountants/mu';
import { partsOf } from '@murmuration/privacy/accountants/parts';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { describe, expect, it } from 'vitest';

const gaussian = (noiseMultiplier: number) => ({ kind: 'gaussian', noiseMultiplier }) as const;
const sampled = (probability: number, noiseMultiplier = 2) =>
  ({ kind: 'sampled', probability, of: gaussian(noiseMultiplier) }) as const;
const skellam = { kind: 'skellam', perDevice: 4, quorum: 9, clip: 3, values: 5 } as const;
const correlated = (noiseMultiplier: number) =>
  ({
    kind: 'correlated',
    noise: { kind: 'bisr', bands: 1 },
    noiseMultiplier,
    rounds: 10,
    separation: 2,
  }) as const;
const repeated = (times: number, of: Mechanism) => ({ kind: 'repeated', times, of }) as const;

describe('the parts of a mechanism', () => {
  it('are counted through what is repeated and composed', () => {
    const parts = partsOf(
      repeated(3, {
        kind: 'composed',
        parts: [
          gaussian(2),
          correlated(5),
          sampled(0.5),
          repeated(4, sampled(0.5)),
          sampled(0.25),
          sampled(0.5, 3),
          skellam,
          { ...skellam, kind: 'discreteGaussian' },
          sampled(1, 4),
        ],
      }),
    );
    // Five participations of independent noise at z = 5.
    expect(parts.squaredMu).toBeCloseTo(3 * (1 / 4 + 5 / 25 + 1 / 16), 14);
    expect(parts.sampled).toEqual([
      { probability: 0.5, noiseMultiplier: 2, times: 15 },
      { probability: 0.25, noiseMultiplier: 2, times: 3 },
      { probability: 0.5, noiseMultiplier: 3, times: 3 },
    ]);
    expect(parts.distributed).toEqual([
      { of: skellam, times: 3 },
      { of: { ...skellam, kind: 'discreteGaussian' }, times: 3 },
    ]);
  });

  it('that never occur cost nothing, even without noise', () => {
    for (const of of [gaussian(0), correlated(0), sampled(0.5, 0), sampled(0.5), skellam]) {
      expect(partsOf(repeated(0, of))).toEqual({ squaredMu: 0, sampled: [], distributed: [] });
      expect(muOfMechanism(repeated(0, of))).toBe(0);
      expect(accountOf(repeated(0, of)).epsilonAt(0)).toBe(0);
    }
  });

  it('without noise have an infinite μ', () => {
    for (const of of [gaussian(0), correlated(0), sampled(0.5, 0), sampled(1, 0)])
      expect(muOfMechanism(of)).toBe(Infinity);
  });

  it.each([
    [
      gaussian(-1),
      'noiseMultiplier is the standard deviation of the noise divided by the clip, 0 or more; found -1.',
    ],
    [correlated(Number.NaN), '0 or more; found NaN.'],
    [sampled(0.5, Infinity), '0 or more; found Infinity.'],
    [sampled(0), 'The probability with which a device is drawn is above 0 and at most 1; found 0.'],
    [sampled(1.5), 'found 1.5.'],
    [repeated(1.5, gaussian(1)), 'times is a whole number from 0 on; found 1.5.'],
    [repeated(-1, gaussian(1)), 'found -1.'],
    [
      { ...correlated(1), noise: { kind: 'bisr', bands: 0 } },
      'bands is a whole number from 1 on; found 0. Each costs as much time as independent noise does.',
    ],
    [{ ...correlated(1), noise: { kind: 'bisr', bands: 1.5 } }, 'found 1.5.'],
    [{ ...skellam, perDevice: -1 }, 'The variance of the noise of a device is 0 or more; found -1.'],
    [{ ...skellam, quorum: 0 }, 'The quorum of devices that add noise is a whole number from 1 on; found 0.'],
    [{ ...skellam, clip: 0 }, 'clip is above 0; found 0.'],
    [{ ...skellam, clip: Infinity }, 'clip is above 0; found Infinity.'],
    [{ ...skellam, values: 1.5 }, 'values is a whole number from 1 on; found 1.5.'],
    [{ ...skellam, bias: 1 }, 'bias is from 0 to less than 1; found 1.'],
    [{ ...skellam, bias: -0.1 }, 'bias is from 0 to less than 1; found -0.1.'],
  ] as const)('are refused: %j', (mechanism, words) => {
    expect(() => partsOf(mechanism)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(() => partsOf(mechanism)).toThrow(words);
    // Also where they never occur.
    expect(() => partsOf(repeated(0, mechanism))).toThrow(words);
  });

  it('may have numbers at their bounds', () => {
    for (const fine of [
      { ...skellam, perDevice: 0 },
      { ...skellam, bias: 0 },
      { ...skellam, quorum: 1, values: 1 },
    ])
      expect(() => partsOf(fine)).not.toThrow();
  });
});
