import { seededUniform } from '@murmuration/engine/training/seeded';
import { gaussianEpsilon } from '@murmuration/privacy/accountants/gaussian';
import { normal } from '@murmuration/simulations/partition/distributions';
import { empiricalEpsilon } from '@murmuration/studies/privacy-audit/empirical';
import { privacyAudit } from '@murmuration/studies/privacy-audit/privacy-audit';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, it } from 'vitest';

const delta = 1e-5;

function scores(mu: number, canaries: number, seed: number) {
  const uniform = seededUniform(seed);
  const draw = (mean: number, count: number) =>
    Float64Array.from({ length: count }, () => 7 * (mean + normal(uniform)));
  return { present: draw(mu, canaries), absent: draw(0, 3 * canaries) };
}

describe('the ε that an audit measures', () => {
  it('has an interval that holds the true one about as often as it says', () => {
    const mu = 1.2;
    const truth = gaussianEpsilon(mu, delta);
    let held = 0;
    for (let trial = 0; trial < 50; trial++) {
      const { lower, upper } = empiricalEpsilon(scores(mu, 80, trial), delta, trial);
      if (lower <= truth && truth <= upper) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(43);
    expect(held).toBeLessThan(50);
  });

  it('is 0 where nobody can be told from anybody', () => {
    expect(empiricalEpsilon(scores(0, 400, 3), delta, 1).lower).toBe(0);
  });
});

describe('the privacy audit', () => {
  it('finds no more than what is stated, and far more once noise, clip or separation are gone', async () => {
    const { schema, run } = privacyAudit(new URL(clusters.module));
    const settings = schema.parse({
      rounds: 4,
      separation: 2,
      cohort: 24,
      hidden: 100,
      canaries: 0.9,
      membership: { models: 0 },
    });
    const { figures } = await run({ seed: 1, settings, log: () => {} });
    const { accounted, empirical, noiseOff, clippingOff, separationIgnored } = figures as Record<
      'empirical' | 'noiseOff' | 'clippingOff' | 'separationIgnored',
      { lower: number; upper: number; canaries: number }
    > & { accounted: number };
    expect(accounted).toBeLessThanOrEqual(4);
    expect(empirical.canaries).toBeGreaterThan(30);
    expect(empirical.lower).toBeLessThanOrEqual(accounted);
    // An audit that finds nothing would pass that as well.
    expect(empirical.upper).toBeGreaterThan(accounted / 2);
    expect(noiseOff.lower).toBeGreaterThan(3 * accounted);
    expect(clippingOff.lower).toBeGreaterThan(3 * accounted);
    expect(separationIgnored.upper).toBeGreaterThan(empirical.upper);
  });
});
