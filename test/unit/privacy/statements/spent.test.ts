import { accountOf, renyiOf } from '@murmuration/privacy/accountants/account';
import { gaussianEpsilon, gaussianMu } from '@murmuration/privacy/accountants/gaussian';
import { renyiEpsilon } from '@murmuration/privacy/accountants/renyi';
import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { calibrate, calibrateBeside } from '@murmuration/privacy/statements/calibrate';
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
    ['the clip is 0', { clip: 0 }, 7, 'not clipped'],
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

describe('the numbers of a mechanism', () => {
  const gaussian = { kind: 'gaussian', noiseMultiplier: 5 } as const;
  const skellam = { kind: 'skellam', perDevice: 900, quorum: 100, clip: 60, values: 5 } as const;
  const discrete = { ...skellam, kind: 'discreteGaussian', quorum: 25, clip: 10 } as const;
  const correlated = { ...shape, noiseMultiplier: 9 };

  it.each([
    [gaussian, { noiseMultiplier: 5, participations: 1 }],
    // √(900 · 100) / 60
    [skellam, { noiseMultiplier: 5, participations: 1, quorum: 100 }],
    [
      { kind: 'repeated', times: 3, of: skellam },
      { noiseMultiplier: 5, participations: 3, quorum: 100 },
    ],
    // Not √(900 · 25) / 10 = 15.
    [
      { kind: 'composed', parts: [skellam, { kind: 'repeated', times: 4, of: discrete }] },
      { noiseMultiplier: 5, participations: 5, quorum: 25 },
    ],
    [{ kind: 'composed', parts: [gaussian, correlated] }, {}],
    [{ kind: 'composed', parts: [] }, {}],
    [
      { kind: 'repeated', times: 2, of: { kind: 'composed', parts: [discrete, skellam] } },
      { noiseMultiplier: 5, participations: 4, quorum: 25 },
    ],
    [
      { kind: 'repeated', times: 2, of: correlated },
      { noiseMultiplier: 9, separation: 342, participations: undefined },
    ],
    [
      { kind: 'repeated', times: 2, of: { kind: 'composed', parts: [gaussian] } },
      { participations: undefined },
    ],
  ] as const)('%j are those of all of it', (mechanism, numbers) => {
    const noiseBy = JSON.stringify(mechanism).includes('perDevice') ? 'device' : 'coordinator';
    const statement = spent(mechanism, 1e-9, { ...circumstances, noiseBy });
    const names = ['noiseMultiplier', 'rounds', 'separation', 'participations', 'probability', 'quorum'];
    expect(Object.fromEntries(Object.entries(statement).filter(([name]) => names.includes(name)))).toEqual(
      numbers,
    );
  });

  it('name who adds the noise, and nobody else', () => {
    const mixed = { kind: 'composed', parts: [gaussian, skellam] } as const;
    for (const noiseBy of ['device', 'coordinator'] as const)
      expect(spent(mixed, 1e-9, { ...circumstances, noiseBy })).toMatchObject({ holds: true, noiseBy });
    expect(() => spent(discrete, 1e-9, circumstances)).toThrow(
      'Noise of the kind discreteGaussian is added by the device, not by the coordinator.',
    );
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

  it('is nothing where δ covers all of it', () => {
    const seldom = promised({ ...sampled, probability: 1e-6 }, 1e-3);
    expect(seldom).toMatchObject({ accountant: 'pld', epsilon: 0, mu: 0, participations: 1 });
    expect(seldom.truePositives).toBeCloseTo(0.1, 4);
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
    [
      { epsilon: 1, delta: 0 },
      'A privacy budget needs a delta above 0 and below 1, and well below 1 / devices of the population, such as 1e-10; found 0.',
    ],
    [{ epsilon: 1, delta: 1 }, 'found 1'],
    [{ epsilon: 1 } as { epsilon: number; delta: number }, 'found undefined'],
    [{ epsilon: 0, delta: 1e-9 }, 'A privacy budget needs an epsilon above 0, such as 4; found 0.'],
    [{ delta: 1e-9 } as { epsilon: number; delta: number }, 'epsilon above 0, such as 4; found undefined'],
    [{ epsilon: Number.NaN, delta: 1e-9 }, 'found NaN'],
    [{ epsilon: Infinity, delta: 1e-9 }, 'found Infinity'],
  ])('refuses the budget %j', (budget, words) => {
    const before = { kind: 'gaussian', noiseMultiplier: 10 } as const;
    for (const refused of [() => calibrate(budget, shape), () => calibrateBeside(budget, shape, before)]) {
      expect(codeOf(refused)).toBe('config.invalid');
      expect(refused).toThrow(words);
    }
  });

  it('refuses a separation that the schedule has no room for, with the numbers that would fit', () => {
    expect(() => calibrate({ epsilon: 1, delta: 1e-9 }, { ...shape, participations: 8 })).toThrow(
      'At most 6 participations fit, or a separation of 293',
    );
  });

  it('gives noise by devices the same multiplier on each sum', () => {
    const skellam = { kind: 'skellam', quorum: 100, clip: 40, values: 5 } as const;
    const discrete = { kind: 'discreteGaussian', quorum: 7, clip: 1_000, values: 5, whole: true } as const;
    const { parts } = calibrate(
      { epsilon: 2, delta: 1e-6 },
      { kind: 'composed', parts: [skellam, discrete] },
    );
    const [first, second] = parts as readonly (Distributed & { kind: string })[];
    const multiplier = (of: Distributed) => Math.sqrt(of.perDevice * of.quorum) / of.clip;
    expect(relativeError(multiplier(first!), multiplier(second!))).toBeLessThan(1e-12);
    // Not far above that of two Gaussian releases.
    expect(multiplier(first!) * gaussianMu(2, 1e-6)).toBeGreaterThan(Math.SQRT2);
    expect(multiplier(first!) * gaussianMu(2, 1e-6)).toBeLessThan(1.4 * Math.SQRT2);
  });

  it.each([
    [1, 1e-9],
    [30, 1e-9],
  ])('of noise by devices to ε = %d at δ = %d spends that, and no more', (epsilon, delta) => {
    const of = calibrate({ epsilon, delta }, { kind: 'skellam', quorum: 4, clip: 1_000, values: 5 });
    const { epsilonAt } = accountOf(of);
    expect(epsilonAt(delta)).toBeLessThanOrEqual(epsilon);
    expect(relativeError(epsilonAt(delta), epsilon)).toBeLessThan(1e-4);
  });

  it('says where no noise is enough for an accountant', () => {
    // The bound of an order α is at least ln(1 − 1/α) − ln(δα) / (α − 1).
    const of = { kind: 'skellam', quorum: 1, clip: 10, values: 1 } as const;
    const refused = () => calibrate({ epsilon: 1e-4, delta: 1e-15 }, of);
    expect(codeOf(refused)).toBe('config.invalid');
    expect(refused).toThrow(
      'No noise is enough for ε = 0.0001 at δ = 1e-15 by this accountant; allow a larger one of both.',
    );
  });
});

describe('calibration beside what was spent', () => {
  const gaussian = (noiseMultiplier: number) => ({ kind: 'gaussian', noiseMultiplier }) as const;

  it.each([
    [1, 1e-9, 20],
    [8, 1e-6, 1],
    [300, 1e-6, 0.2],
  ])('to ε = %d at δ = %d leaves what z = %d has not: μ² adds up', (epsilon, delta, before) => {
    const beside = calibrateBeside({ epsilon, delta }, { kind: 'gaussian' }, gaussian(before));
    const expected = (gaussianMu(epsilon, delta) ** 2 - before ** -2) ** -0.5;
    expect(relativeError(beside.noiseMultiplier, expected)).toBeLessThan(1e-5);
    const both: Mechanism = { kind: 'composed', parts: [gaussian(before), beside] };
    expect(accountOf(both).epsilonAt(delta)).toBeLessThanOrEqual(epsilon);
  });

  it('is that without where nothing was spent', () => {
    const budget = { epsilon: 2, delta: 1e-9 };
    const nothing: Mechanism = { kind: 'repeated', times: 0, of: gaussian(1) };
    expect(calibrateBeside(budget, { kind: 'gaussian' }, nothing)).toEqual(
      calibrate(budget, { kind: 'gaussian' }),
    );
  });

  it('is refused where nothing is left', () => {
    const spentAll = gaussian(1 / gaussianMu(1.001, 1e-9));
    const refused = () => calibrateBeside({ epsilon: 1, delta: 1e-9 }, { kind: 'gaussian' }, spentAll);
    expect(codeOf(refused)).toBe('config.invalid');
    expect(refused).toThrow('No noise is enough for ε = 1 at δ = 1e-9');
  });
});
