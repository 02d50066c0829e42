import { ownWeights, strangersHits } from '@murmuration/studies/hybrid/baselines';
import { describe, expect, it } from 'vitest';

const training = [Array.from({ length: 20 }, () => 'see you at home')];
const hitsOf = (before: readonly string[], after: readonly string[]) =>
  strangersHits(training, [{ before, after }])[0]!;

describe('the baselines of the hybrid scenario', () => {
  it('know what the phones that train write, and what the phone itself wrote before', () => {
    const { trigramCache, kneserNeyOwn } = hitsOf(['good morning'], ['see you at home', 'good morning']);
    expect([trigramCache.words, kneserNeyOwn.words]).toEqual([6, 6]);
    for (const { top3 } of [trigramCache, kneserNeyOwn]) expect(Math.max(...top3)).toBeGreaterThan(3);
    // Nobody but the phone ever wrote "morning", behind "good" or at all.
    const unknown = hitsOf([], ['good morning']).kneserNeyOwn;
    expect(Math.max(...unknown.top1)).toBe(0);
    expect(Math.max(...hitsOf(['good morning'], ['good morning']).kneserNeyOwn.top3)).toBe(2);
  });

  it('learn each message once it is scored, not before', () => {
    const same = Array.from({ length: 6 }, () => 'good morning');
    const { top3 } = hitsOf([], same).kneserNeyOwn;
    const heaviest = ownWeights.length - 1;
    expect(top3[heaviest]).toBeGreaterThanOrEqual(8);
    expect(top3[heaviest]).toBeLessThanOrEqual(10);
  });
});
