import { splitPhones } from '@murmuration/simulations/hybrid/runs';
import { describe, expect, it } from 'vitest';

/** Runs of 20 phones on which settings were chosen. */
const development = [2, 6, 10];

describe('the phones that training never sees', () => {
  it('are three whole runs of 20 neighbours, none of which settings were chosen on', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { training, reported } = splitPhones(280, seed);
      expect(reported).toHaveLength(60);
      expect([...training, ...reported].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 280 }, (_, i) => i),
      );
      const runs = new Set(reported.map(phone => Math.floor(phone / 20)));
      expect(runs.size).toBe(3);
      for (const run of development) expect(runs).not.toContain(run);
    }
  });

  it('follow from the seed', () => {
    expect(splitPhones(280, 4)).toEqual(splitPhones(280, 4));
    const draws = Array.from({ length: 10 }, (_, seed) => String(splitPhones(280, seed).reported));
    expect(new Set(draws).size).toBeGreaterThan(5);
  });
});
