import { difference, isBetter, nameOf, readable, readingOf } from '@murmuration/dashboard/metrics/figures';
import { describe, expect, it } from 'vitest';

describe('figures of an evaluation', () => {
  it.each([
    ['top3', [0.1, 0.27], 'share', 'higher'],
    ['accuracy', [0, 1, null], 'share', 'higher'],
    ['loss', [0.2, 0.9], 'loss', 'lower'],
    ['perplexity', [12], 'number', 'lower'],
    ['accuracy', [93], 'number', null],
    ['temperature', [0.5], 'number', null],
  ] as const)('%s of %j is read as a %s, of which %s is better', (name, values, unit, better) => {
    expect(readingOf(name, values)).toEqual({ unit, better });
  });

  it('has a unit where one is known, and a difference in points where they are shares', () => {
    const share = readingOf('top1', [0.164]);
    expect(readable(0.164, share)).toBe('16.4 %');
    expect(readable(null, share)).toBe('–');
    expect(difference(0.164, 0.17, share)).toBe('+0.60 points');
    const loss = readingOf('loss', [5.1]);
    expect(readable(5.1, loss)).toBe('5.100');
    expect(difference(5.2, 5.1, loss)).toBe('−0.1000');
  });

  it('says which of two is better, and of none where nobody can say', () => {
    expect(isBetter(0.1, 0.2, readingOf('top1', [0.1, 0.2]))).toBe(true);
    expect(isBetter(5, 6, readingOf('loss', [5, 6]))).toBe(false);
    expect(isBetter(5, 5, readingOf('loss', [5, 5]))).toBeNull();
    expect(isBetter(5, 6, readingOf('temperature', [5, 6]))).toBeNull();
  });

  it('has names for people', () => {
    expect(nameOf('top1')).toBe('Top-1 recall');
    expect(nameOf('top3')).toBe('Top-3 recall');
    expect(nameOf('loss')).toBe('Loss');
    expect(nameOf('bleu')).toBe('bleu');
  });
});
