import { foldsOf } from '@murmuration/studies/hybrid/folds';
import { describe, expect, it } from 'vitest';

/** Stretches of 20 phones on which settings were chosen. */
const development = [2, 6, 10];

describe('the phones that training never sees', () => {
  it('are whole stretches of neighbours, each in one fold, none of which settings were chosen on', () => {
    for (let seed = 0; seed < 50; seed++) {
      const stretches = foldsOf(280, seed).flatMap(fold => fold.stretches);
      expect(stretches).toHaveLength(10);
      for (const stretch of stretches) {
        const first = stretch[0]!;
        expect(first % 20).toBe(0);
        expect(development).not.toContain(first / 20);
        expect(stretch).toEqual(Array.from({ length: 20 }, (_, i) => first + i));
      }
      expect(new Set(stretches.flat()).size).toBe(200);
    }
  });

  it('lie ten phones away from all that train, which are all others', () => {
    for (let seed = 0; seed < 50; seed++)
      for (const { training, stretches } of foldsOf(280, seed)) {
        const distance = (phone: number) =>
          Math.min(...stretches.flat().map(other => Math.abs(phone - other)));
        const far = Array.from({ length: 280 }, (_, phone) => phone).filter(phone => distance(phone) > 10);
        expect(training).toEqual(far);
        expect(training.length).toBeGreaterThanOrEqual(200);
      }
  });

  it('follow from the seed', () => {
    expect(foldsOf(280, 4)).toEqual(foldsOf(280, 4));
    const draws = Array.from({ length: 10 }, (_, seed) => JSON.stringify(foldsOf(280, seed)[0]!.stretches));
    expect(new Set(draws).size).toBeGreaterThan(5);
  });
});
