import { accountOf, renyiOf } from '@murmuration/privacy/accountants/account';
import { gaussianEpsilon, gaussianMu } from '@murmuration/privacy/accountants/gaussian';
import { renyiEpsilon } from '@murmuration/privacy/accountants/renyi';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { calibrate } from '@murmuration/privacy/statements/calibrate';
import { spent } from '@murmuration/privacy/statements/spent';
import type { Circumstances, Promised } from '@murmuration/privacy/statements/statement';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { mechanismCase, publishedCase, relativeError } from '../vectors.ts';

const circumstances: Circumstances = {
  clip: 0.5,
  released: 'every model version',
  noiseBy: 'coordinator',
  enforcedBy: ['device', 'coordinator'],
};
const shape = {
  kind: 'correlated',
  noise: { kind: 'bisr', bands: 64 },
  rounds: 2_052,
  separation: 342,
  participations: 6,
} as const;

function promised(mechanism: Mechanism, delta: number, changed: Partial<Circumstances> = {}): Promised {
  const statement = spent(mechanism, delta, { ...circumstances, ...changed });
  if (!statement.holds) throw new Error(statement.reason);
  return statement;
}

describe('what a mechanism has spent', () => {
  it('is an ε with all that it stands on', () => {
    const mechanism = { ...shape, noiseMultiplier: 7 };
    const { epsilon, mu, truePositives, ...terms } = promised(mechanism, 1e-10);
    expect(terms).toEqual({
      holds: true,
      delta: 1e-10,
      unit: 'device',
      adjacency: 'zero-out',
      released: 'every model version',
      clip: 0.5,
      mechanism,
      noiseMultiplier: 7,
      rounds: 2_052,
      separation: 342,
      participations: 6,
      noiseBy: 'coordinator',
      enforcedBy: ['device', 'coordinator'],
      notCounted: ['settings that were tuned on the same devices'],
      accountant: 'gaussian',
    });
    // The vector of BISR with these numbers.
    expect(relativeError(mu, Math.sqrt(15.515903) / 7)).toBeLessThan(1e-7);
    expect(relativeError(epsilon, gaussianEpsilon(mu, 1e-10))).toBeLessThan(1e-12);
    expect(truePositives).toBeGreaterThan(0.1);
    expect(truePositives).toBeLessThan(0.3);
  });

  it('is the published ρ of BLT noise, as μ²/2', () => {
    const { theta, omega, n, minSep, rho } = mechanismCase<{
      theta: number[];
      omega: number[];
      n: number;
      minSep: number;
      rho: number;
    }>('blt-zcdp-fcp');
    const noise = { kind: 'blt', theta, omega } as const;
    const { mu, participations } = promised(
      { kind: 'correlated', noise, noiseMultiplier: 1, rounds: n, separation: minSep },
      1e-6,
    );
    expect(relativeError(mu ** 2 / 2, rho)).toBeLessThan(1e-6);
    expect(participations).toBe(2);
  });

  it('adds up over what is repeated and composed, in μ²', () => {
    const gaussian = { kind: 'gaussian', noiseMultiplier: 2 } as const;
    const three = promised({ kind: 'repeated', times: 3, of: gaussian }, 1e-9);
    expect(relativeError(three.mu, Math.sqrt(3) / 2)).toBeLessThan(1e-14);
    expect(three).toMatchObject({ noiseMultiplier: 2, participations: 3 });
    const correlated = { ...shape, noiseMultiplier: 7 };
    const both = promised({ kind: 'composed', parts: [gaussian, correlated] }, 1e-9);
    expect(relativeError(both.mu ** 2, 0.25 + promised(correlated, 1e-9).mu ** 2)).toBeLessThan(1e-12);
    expect(promised({ kind: 'composed', parts: [] }, 1e-9).epsilon).toBe(0);
    expect(promised({ kind: 'repeated', times: 0, of: gaussian }, 1e-9).epsilon).toBe(0);
  });

  it.each([
    ['nothing is clipped', { clip: Infinity }, 7, 'not clipped'],
    ['the clip is no number', { clip: Number.NaN }, 7, 'not clipped'],
    ['there is no noise', {}, 0, 'No noise'],
    ['nobody enforces participation', { enforcedBy: [] }, 7, 'Nobody keeps devices'],
    ['something broke it', { broken: 'The seed of round 3 leaked.' }, 7, 'round 3 leaked'],
  ] as const)('has no ε where %s, and says why', (_, changed, noiseMultiplier, words) => {
    const statement = spent({ ...shape, noiseMultiplier }, 1e-10, { ...circumstances, ...changed });
    expect(statement.holds).toBe(false);
    expect(statement).not.toHaveProperty('epsilon');
    expect(statement).not.toHaveProperty('mu');
    expect(!statement.holds && statement.reason).toContain(words);
  });

  it('refuses to name the wrong party for its noise', () => {
    const gaussian = { kind: 'gaussian', noiseMultiplier: 1 } as const;
    const skellam = { kind: 'skellam', perDevice: 4, quorum: 9, clip: 3, values: 5 } as const;
    const repeated = { kind: 'repeated', times: 2, of: skellam } as const;
    const wrong = [
      [gaussian, 'device'],
      [skellam, 'coordinator'],
      [{ kind: 'composed', parts: [repeated, skellam] }, 'coordinator'],
    ] as const;
    for (const [mechanism, noiseBy] of wrong)
      expect(codeOf(() => spent(mechanism, 1e-9, { ...circumstances, noiseBy }))).toBe('config.invalid');
  });

  it.each([0, 1, 1.5, -0.1, Number.NaN])('refuses δ = %d', delta => {
    expect(codeOf(() => spent({ ...shape, noiseMultiplier: 7 }, delta, circumstances))).toBe(
      'config.invalid',
    );
  });

  it.each([
    [{ kind: 'gaussian', noiseMultiplier: -1 }],
    [{ kind: 'gaussian', noiseMultiplier: Number.NaN }],
    [{ ...shape, noiseMultiplier: Infinity }],
    [{ ...shape, noiseMultiplier: 1, noise: { kind: 'bisr', bands: 0 } }],
    [{ ...shape, noiseMultiplier: 1, participations: 7 }],
    [{ ...shape, noiseMultiplier: 1, noise: { kind: 'blt', theta: [0.5], omega: [2] } }],
    [{ kind: 'repeated', times: -1, of: { kind: 'gaussian', noiseMultiplier: 1 } }],
  ] as const)('refuses %j', mechanism => {
    expect(codeOf(() => spent(mechanism, 1e-10, circumstances))).toBe('config.invalid');
  });
});

describe('what a sampled mechanism has spent', () => {
  const gaussian = { kind: 'gaussian', noiseMultiplier: 1 } as const;
  const sampled = { kind: 'sampled', probability: 0.05, of: gaussian } as const;

  it('is less than without sampling, and names how devices are drawn', () => {
    const statement = promised({ kind: 'repeated', times: 20, of: sampled }, 1e-6, {
      enforcedBy: ['coordinator'],
    });
    expect(statement).toMatchObject({
      accountant: 'pld',
      probability: 0.05,
      participations: 20,
      noiseMultiplier: 1,
    });
    expect(statement.epsilon).toBeLessThan(gaussianEpsilon(Math.sqrt(20), 1e-6) / 5);
    // The Gaussian mechanism that spends as much at this δ.
    expect(relativeError(statement.mu, gaussianMu(statement.epsilon, 1e-6))).toBeLessThan(1e-12);
    expect(statement.truePositives).toBeGreaterThan(0.1);
    expect(statement.truePositives).toBeLessThan(0.6);
  });

  it('is claimed by no mechanism that does not say so', () => {
    const { epsilon, probability } = promised({ kind: 'repeated', times: 20, of: gaussian }, 1e-6);
    expect(probability).toBeUndefined();
    expect(epsilon).toBe(gaussianEpsilon(Math.sqrt(20), 1e-6));
  });
});

describe('calibration', () => {
  it('of a sampled release is that of gdp-sigma-1', () => {
    const { inputs, expected } = publishedCase<Record<'epsilon' | 'delta' | 'q', number>, { sigma: number }>(
      'gdp-sigma-1',
    );
    const { of } = calibrate(inputs, { kind: 'sampled', probability: inputs.q, of: { kind: 'gaussian' } });
    expect(relativeError(of.noiseMultiplier, expected.sigma)).toBeLessThan(1e-4);
    expect(
      accountOf({ kind: 'sampled', probability: inputs.q, of }).epsilonAt(inputs.delta),
    ).toBeLessThanOrEqual(1);
  });

  it.each(['opacus-noise-rdp-epochs', 'opacus-noise-prv-steps', 'opacus-noise-prv-epochs'])(
    'is that of %s, whose search ends within 0.01 below the budget',
    id => {
      const { inputs, expected } = publishedCase<
        Record<'target_epsilon' | 'delta' | 'q' | 'steps' | 'epochs', number> & { accountant: 'rdp' | 'prv' },
        { noise_multiplier: number }
      >(id);
      const times = inputs.steps ?? Math.round(inputs.epochs / inputs.q);
      const of = { kind: 'gaussian', noiseMultiplier: expected.noise_multiplier } as const;
      const mechanism: Mechanism = {
        kind: 'repeated',
        times,
        of: { kind: 'sampled', probability: inputs.q, of },
      };
      const epsilon =
        inputs.accountant === 'rdp'
          ? renyiEpsilon(renyiOf(mechanism), inputs.delta).value
          : accountOf(mechanism).epsilonAt(inputs.delta);
      // Printed with four digits; the other accountant adds its own error of at most 0.01 to each side.
      expect(epsilon).toBeLessThan(inputs.target_epsilon + 1e-3);
      expect(epsilon).toBeGreaterThan(inputs.target_epsilon - (inputs.accountant === 'rdp' ? 0.011 : 0.031));
    },
  );

  it.each([
    [0.01, 1e-15],
    [1, 1e-10],
    [8.55, 1e-10],
    [300, 1e-6],
  ])('to ε = %d at δ = %d spends that, and no more', (epsilon, delta) => {
    for (const wanted of [
      shape,
      { kind: 'gaussian' },
      { kind: 'repeated', times: 5, of: { kind: 'gaussian' } },
    ] as const) {
      const statement = promised(calibrate({ epsilon, delta }, wanted), delta);
      expect(statement.epsilon).toBeLessThanOrEqual(epsilon);
      expect(relativeError(statement.epsilon, epsilon)).toBeLessThan(1e-9);
    }
  });

  it('gives each part the same noise multiplier', () => {
    const { parts } = calibrate(
      { epsilon: 2, delta: 1e-9 },
      { kind: 'composed', parts: [{ kind: 'gaussian' }, shape] },
    );
    const [first, second] = parts;
    expect(first).toHaveProperty('noiseMultiplier', (second as { noiseMultiplier: number }).noiseMultiplier);
  });

  it.each([
    [{ epsilon: 1, delta: 0 }, 'delta above 0 and below 1'],
    [{ epsilon: 1, delta: 1 }, 'found 1'],
    [{ epsilon: 1 } as { epsilon: number; delta: number }, 'found undefined'],
    [{ epsilon: 0, delta: 1e-9 }, 'epsilon above 0'],
    [{ epsilon: Infinity, delta: 1e-9 }, 'found Infinity'],
  ])('refuses the budget %j', (budget, words) => {
    expect(codeOf(() => calibrate(budget, shape))).toBe('config.invalid');
    expect(() => calibrate(budget, shape)).toThrow(words);
  });

  it('refuses a separation that the schedule has no room for, with the numbers that would fit', () => {
    expect(() => calibrate({ epsilon: 1, delta: 1e-9 }, { ...shape, participations: 8 })).toThrow(
      'At most 6 participations fit, or a separation of 293',
    );
  });
});
