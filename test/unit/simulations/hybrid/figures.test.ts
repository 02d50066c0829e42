import { figuresOf } from '@murmuration/simulations/hybrid/figures';
import type { Recalls } from '@murmuration/simulations/hybrid/phone';
import { describe, expect, it } from 'vitest';

/** A phone with so many words, and the hits of its models among the first three. */
function phone(words: number, global: number, hybrid: number): Recalls {
  const recall = (hits: number) => ({ top1: hits / words / 2, top3: hits / words, words });
  return { global: recall(global), personal: recall(0), hybrid: recall(hybrid) };
}

describe('the figures of the hybrid scenario', () => {
  it('count words alike, whoever typed them', () => {
    const { global, hybrid, gain } = figuresOf([phone(100, 10, 30), phone(300, 90, 90)], 1);
    expect(global.top3).toBeCloseTo(25, 9);
    expect(hybrid.top3).toBeCloseTo(30, 9);
    expect(gain.top3).toBeCloseTo(5, 9);
    expect(gain.top1).toBeCloseTo(2.5, 9);
  });

  it('tell how many phones are no worse off, and what the others lose', () => {
    const phones = [phone(100, 10, 12), phone(100, 10, 10), phone(100, 10, 9), phone(200, 20, 14)];
    const { betterOrEqualShare, betterOrEqualShareTop1, meanLossOfOthers } = figuresOf(phones, 1);
    expect(betterOrEqualShare).toBe(0.5);
    expect(betterOrEqualShareTop1).toBe(0.5);
    expect(meanLossOfOthers).toBeCloseTo((1 + 3) / 2, 9);
    expect(figuresOf([phone(10, 1, 2)], 1).meanLossOfOthers).toBe(0);
  });

  it('have intervals over phones, of which one alone leaves no doubt and unlike ones much', () => {
    const alike = Array.from({ length: 20 }, () => phone(100, 10, 12));
    expect(figuresOf(alike, 1).gain.interval[0]).toBeCloseTo(2, 9);
    expect(figuresOf(alike, 1).gain.interval[1]).toBeCloseTo(2, 9);
    const unlike = Array.from({ length: 20 }, (_, i) => phone(100, 10, i % 2 === 0 ? 0 : 24));
    const [low, high] = figuresOf(unlike, 1).gain.interval;
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(2);
    expect(figuresOf(unlike, 1)).toEqual(figuresOf(unlike, 1));
  });
});
