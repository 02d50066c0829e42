import { seededUniform } from '@murmuration/engine/training/seeded';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { smsText } from '@murmuration/simulations/data/sms';
import { normal } from '@murmuration/simulations/partition/distributions';
import { likelihoodRatios, membershipEpsilon } from '@murmuration/studies/privacy-audit/likelihood-ratio';
import { membership } from '@murmuration/studies/privacy-audit/membership';
import { describe, expect, it } from 'vitest';

/** Scores of devices that each lie somewhere else, μ apart where they taught the model. */
function shadows(mu: number, seed: number, models = 24, devices = 60) {
  const uniform = seededUniform(seed);
  const places = Array.from({ length: devices }, () => 50 * uniform());
  const taught = Array.from({ length: models }, () => places.map(() => uniform() < 0.5));
  const scores = taught.map(members =>
    Float64Array.from(places, (place, device) => place + normal(uniform) + (members[device] ? mu : 0)),
  );
  return { scores, taught };
}

describe('membership inference by likelihood ratios', () => {
  it('tells members from others, whatever the devices are like', () => {
    const given = shadows(3, 1);
    const ratios = likelihoodRatios(given);
    let right = 0;
    for (const [model, of] of ratios.entries())
      for (const [device, ratio] of of.entries()) if (ratio > 0 === given.taught[model]![device]) right += 1;
    // Φ(3 / 2) = 0.933, less what means of a dozen models are off.
    expect(right / (24 * 60)).toBeGreaterThan(0.9);
    // Planted: a threshold for all devices, which lie far apart, says next to nothing.
    const plain = given.scores.flatMap((of, model) =>
      [...of].map((score, device) => score > 26.5 === given.taught[model]![device]),
    );
    expect(plain.filter(Boolean).length / plain.length).toBeLessThan(0.6);
  });

  it('measures no more ε than there is, and most of it', () => {
    for (const [mu, seed] of [
      [0.8, 2],
      [1.5, 3],
      [2.5, 4],
    ] as const) {
      const truth = gaussianEpsilon(mu, 1e-5);
      const { lower, upper } = membershipEpsilon(shadows(mu, seed), 1e-5, 1);
      expect(lower).toBeLessThan(truth);
      expect(upper).toBeGreaterThan(0.75 * truth);
    }
  });

  it('is 0 where nobody can be told from anybody, and finite where everybody can', () => {
    expect(membershipEpsilon(shadows(0, 5), 1e-5, 1).lower).toBe(0);
    const all = membershipEpsilon(shadows(40, 6), 1e-5, 1);
    expect(all.auc).toBeLessThan(1);
    expect(Number.isFinite(all.epsilon)).toBe(true);
  });

  it('finds members of models of real text without noise, and no more than ε with it', () => {
    const settings = { epsilon: 4, delta: 1e-5, devices: 24, models: 12, words: 30, seed: 1 };
    const found = membership(smsText().phones, settings, () => {});
    for (const { accounted, empirical, noiseOff } of [found.ngram, found.neural]) {
      expect(accounted).toBe(4);
      expect(empirical.lower).toBeLessThan(accounted);
      expect(noiseOff.lower).toBeGreaterThan(accounted);
    }
  });
});
