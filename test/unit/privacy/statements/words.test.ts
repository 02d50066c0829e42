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
  });

  it('says where nothing rises above the noise', () => {
    expect(noiseShare([{ norm: 1.9, noiseNorm: 2 }])).toEqual({
      share: Infinity,
      words: 'In the last round the noise hides the mean update entirely.',
    });
  });

  it('is 0 without noise', () => {
    expect(noiseShare([{ norm: 2, noiseNorm: 0 }]).share).toBe(0);
  });
});
