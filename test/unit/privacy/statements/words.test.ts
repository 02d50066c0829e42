import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import { spent } from '@murmuration/privacy/statements/spent';
import { describeStatement, noiseShare } from '@murmuration/privacy/statements/words';
import { describe, expect, it } from 'vitest';

const circumstances = {
  clip: 0.5,
  released: 'every model version',
  noiseBy: 'coordinator',
  enforcedBy: ['device', 'coordinator'],
} as const;

describe('a statement in words', () => {
  it('says all that its ε stands on', () => {
    const mechanism = {
      kind: 'correlated',
      noise: { kind: 'bisr', bands: 64 },
      noiseMultiplier: 7,
      rounds: 2_052,
      separation: 342,
    } as const;
    expect(describeStatement(spent(mechanism, 1e-10, circumstances))).toBe(
      'ε is 3.52 at δ = 1e-10 for each device: had it contributed zeros in its rounds, no outcome would be more than e^ε times more or less ' +
        'likely, apart from δ. Released: every model version. A test that accuses one in ten of those who did not take part finds at most 23.6 % of those who did (μ = 0.563). ' +
        'Contributions are clipped to a norm of 0.5, and the noise multiplier is 7. In 2,052 rounds a device takes part at most 6 times, no ' +
        'sooner than 342 rounds after its last part. The coordinator adds the noise. It is correlated over 64 rounds (BISR). Participation is enforced by the device and the ' +
        'coordinator. Accountant: the exact curve of Gaussian noise. Not counted: settings that were tuned on the same devices.',
    );
  });

  const gaussian = (noiseMultiplier: number) => ({ kind: 'gaussian', noiseMultiplier }) as const;
  const skellam = { kind: 'skellam', perDevice: 400, quorum: 2_000, clip: 100, values: 64 } as const;
  const shape = { kind: 'correlated', noise: { kind: 'bisr', bands: 1 }, noiseMultiplier: 30 } as const;

  it.each([
    [
      { kind: 'repeated', times: 20, of: { kind: 'sampled', probability: 0.05, of: gaussian(1) } },
      'coordinator',
      'Contributions are clipped to a norm of 0.5, and the noise multiplier is 1. The coordinator draws each device with the probability 0.05, 20 times. ' +
        'The coordinator adds the noise. Participation is enforced by the device and the coordinator. Accountant: privacy loss distributions, rounded up.',
    ],
    [
      { kind: 'sampled', probability: 0.0001234, of: gaussian(1) },
      'coordinator',
      'The coordinator draws each device with the probability 1.23e-4, once. The coordinator',
    ],
    [
      { kind: 'repeated', times: 1_200, of: skellam },
      'device',
      'and the noise multiplier is 8.94. A device takes part at most 1,200 times. Devices add the noise, and it is enough with that of 2,000 of them. Participation ' +
        'is enforced by the device and the coordinator. Accountant: Rényi divergences, which make ε somewhat too large.',
    ],
    [
      { kind: 'composed', parts: [gaussian(2_000_000), gaussian(1e6)] },
      'coordinator',
      'Contributions are clipped to a norm of 0.5. The coordinator adds the noise. Participation',
    ],
    [
      gaussian(1_234_567),
      'coordinator',
      'and the noise multiplier is 1.23e+6. A device takes part at most once.',
    ],
    [gaussian(1e6), 'coordinator', 'and the noise multiplier is 1e+6. A'],
    [gaussian(999_999), 'coordinator', 'and the noise multiplier is 1,000,000. A'],
    [gaussian(12_345.6), 'coordinator', 'and the noise multiplier is 12,300. A'],
    [
      { ...shape, rounds: 2_000, separation: 1 },
      'coordinator',
      ' In 2,000 rounds a device takes part at most 2,000 times. The coordinator adds the noise. It is independent from round to round. Participation',
    ],
    [
      { ...shape, rounds: 8_000, separation: 8_000 },
      'coordinator',
      ' In 8,000 rounds a device takes part at most once, no sooner than 8,000 rounds after its last part. The',
    ],
    [
      { kind: 'repeated', times: 2, of: { ...shape, rounds: 9, separation: 3 } },
      'coordinator',
      'and the noise multiplier is 30. The coordinator adds the noise. It is independent from round to round. Participation',
    ],
    [
      { ...shape, noise: { kind: 'bisr', bands: 1_024 }, rounds: 2_000, separation: 1_000 },
      'coordinator',
      'The coordinator adds the noise. It is correlated over 1,024 rounds (BISR). Participation',
    ],
  ] as const)('of %j says how it was made', (mechanism, noiseBy, words) => {
    expect(describeStatement(spent(mechanism, 1e-9, { ...circumstances, noiseBy }))).toContain(words);
  });

  it('says so where nothing was spent', () => {
    const words = describeStatement(spent({ kind: 'composed', parts: [] }, 1e-3, circumstances));
    expect(words).toContain('ε is 0 at δ = 0.001 for');
    expect(words).toContain('at most 10 % of those who did (μ = 0).');
  });

  it('names the mechanism and its parameters', () => {
    const blt = { kind: 'blt', theta: [0.9999999999, 0.5], omega: [0.01, 0.25] } as const;
    const shape = { kind: 'correlated', noiseMultiplier: 7, rounds: 20, separation: 2 } as const;
    const words = (noises: readonly Correlated['noise'][]) => {
      const parts = noises.map(noise => ({ ...shape, noise }));
      return describeStatement(spent({ kind: 'composed', parts }, 1e-9, circumstances));
    };
    const told =
      'The coordinator adds the noise. It is correlated from round to round (BLT, θ = 1, 0.5; ω = 0.01, 0.25). Participation';
    expect(words([blt])).toContain(told);
    // Each way is told once.
    expect(words([blt, { kind: 'bisr', bands: 8 }, blt])).toContain(
      'ω = 0.01, 0.25). It is correlated over 8 rounds (BISR). Participation',
    );
    expect(words([{ kind: 'bisr', bands: 1 }])).toContain('It is independent from round to round.');
  });

  it('of one release has no rounds', () => {
    const words = describeStatement(
      spent({ kind: 'gaussian', noiseMultiplier: 3 }, 1e-9, { ...circumstances, notCounted: [] }),
    );
    expect(words).toContain('A device takes part at most once.');
    expect(words).not.toContain('Not counted');
  });

  it('without ε has the reason', () => {
    const words = describeStatement(spent({ kind: 'gaussian', noiseMultiplier: 0 }, 1e-9, circumstances));
    expect(words).toBe('No ε holds for what is released (every model version). No noise is added.');
  });
});

describe('the share of the noise', () => {
  it('is that beside the update, which is known from what was released', () => {
    // A sum of norm 5 with noise of norm 2 has a norm of √29.
    expect(noiseShare([{ norm: Math.sqrt(29), noiseNorm: 2 }])).toEqual({
      share: expect.closeTo(0.4, 12),
      words: 'In the last round the noise is 0.4 of the mean update.',
    });
    const rounds = [
      { norm: Math.hypot(3, 4), noiseNorm: 4 },
      { norm: Math.hypot(4, 3), noiseNorm: 3 },
    ];
    expect(noiseShare(rounds).words).toBe('Over the last 2 rounds the noise is 1 of the mean update.');
    // √(2² + 6²) / √(3² + 4²)
    const uneven = [
      { norm: Math.hypot(3, 2), noiseNorm: 2 },
      { norm: Math.hypot(4, 6), noiseNorm: 6 },
    ];
    expect(noiseShare(uneven).share).toBeCloseTo(Math.sqrt(40 / 25), 12);
  });

  it('says where nothing rises above the noise', () => {
    expect(noiseShare([{ norm: 1.9, noiseNorm: 2 }])).toEqual({
      share: Infinity,
      words: 'In the last round the noise hides the mean update entirely.',
    });
  });

  it('is 0 without noise', () => {
    expect(noiseShare([{ norm: 2, noiseNorm: 0 }]).share).toBe(0);
    expect(noiseShare([{ norm: 0, noiseNorm: 0 }]).share).toBe(0);
    expect(noiseShare([{ norm: 2, noiseNorm: 2 }]).share).toBe(Infinity);
  });
});
