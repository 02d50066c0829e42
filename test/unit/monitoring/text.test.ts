import { areaUnderCurve, chanceArea } from '@murmuration/monitoring/text/auc';
import { domainClassifier } from '@murmuration/monitoring/text/domain-classifier';
import { lengthsOf, unknownShares, vocabularyOf, wordsOf } from '@murmuration/monitoring/text/words';
import { describe, expect, it } from 'vitest';
import { uniform } from './uniform.ts';

const words = ['river', 'stone', 'cloud', 'apple', 'window', 'green', 'walk', 'paper', 'night', 'song'];

function texts(count: number, seed: number, pool: readonly string[] = words): string[] {
  const random = uniform(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 }, () => pool[Math.floor(random() * pool.length)]).join(' '),
  );
}

describe('the area under a ROC curve', () => {
  it('is the share of pairs in order', () => {
    const scores = Float64Array.of(0.1, 0.4, 0.35, 0.8);
    // The published example of scikit-learn's roc_auc_score.
    expect(areaUnderCurve(scores, [false, false, true, true])).toBe(0.75);
    expect(areaUnderCurve(Float64Array.of(1, 1, 1), [true, false, true])).toBe(0.5);
    expect(areaUnderCurve(Float64Array.of(1), [true])).toBeNaN();
    expect(areaUnderCurve(Float64Array.of(1), [false])).toBeNaN();
    // Pairs in order: 3 and 4 above 1; 3 equals 3, 4 is above it, both above 2.
    const positive = [false, true, false, true, false];
    expect(areaUnderCurve(Float64Array.of(3, 3, 1, 4, 2), positive)).toBe(5.5 / 6);
  });

  it('by chance has the deviation of a rank sum', () => {
    // √(61 / 10,500), and the quantiles of the normal distribution at 0.95 and 0.999.
    expect(chanceArea(25, 35)).toBeCloseTo(0.5 + 1.6448536269514722 * Math.sqrt(61 / 10_500), 12);
    expect(chanceArea(25, 35, 0.999)).toBeCloseTo(0.5 + 3.090232306167813 * Math.sqrt(61 / 10_500), 12);
    expect(chanceArea(1, 1)).toBe(1);
  });

  it('stays below its bound by chance in 95 of 100', () => {
    const random = uniform(9);
    let above = 0;
    const positive = Array.from({ length: 60 }, (_, at) => at < 25);
    for (let run = 0; run < 400; run++)
      above += Number(areaUnderCurve(Float64Array.from(positive, random), positive) > chanceArea(25, 35));
    expect(above / 400).toBeLessThan(0.09);
    expect(above / 400).toBeGreaterThan(0.02);
  });
});

describe('the domain classifier', () => {
  it('tells texts with new words, and not texts of the same words', () => {
    const reference = texts(400, 1);
    const news = texts(400, 2, [...words, 'rss', 'feed', 'subscribe']);
    expect(domainClassifier(reference, news).area).toBeGreaterThan(0.7);
    const { area, positives, negatives } = domainClassifier(reference, texts(400, 3));
    expect(area).toBeLessThan(chanceArea(positives, negatives, 0.999));
    expect(domainClassifier(reference, news)).toEqual(domainClassifier(reference, news));
  });

  it('has the areas of the same training in Python', () => {
    // Of so many words that no two texts have the same.
    const many = Array.from({ length: 60 }, (_, at) => `w${at}`);
    expect(domainClassifier(texts(240, 1, many), texts(161, 2, [...many, ...many.slice(0, 20)]))).toEqual({
      area: 0.6486458333333334,
      positives: 80,
      negatives: 120,
    });
    expect(domainClassifier(texts(40, 1, many), texts(60, 3, many)).area).toBeCloseTo(0.5700000000000001, 12);
    // Of 31 texts, those from 0, 3.1, 6.2, … on.
    expect(domainClassifier(texts(31, 1, many), texts(9, 2, many), { most: 10 })).toEqual({
      area: 0.55,
      positives: 4,
      negatives: 5,
    });
  });

  it('reads at most as many texts as it may', () => {
    const { positives, negatives } = domainClassifier(texts(300, 1), texts(50, 2), { most: 100 });
    expect([positives, negatives]).toEqual([25, 50]);
  });

  it('needs some texts with words', () => {
    const error = expect.objectContaining({
      code: 'data.malformed',
      detail: 'The classifier needs four texts with words in each sample.',
    });
    expect(() => domainClassifier(['a', 'b', 'c', '…', '?', '!'], texts(10, 1))).toThrow(error);
    expect(() => domainClassifier(texts(10, 1), ['a', 'b', 'c', '!'])).toThrow(error);
    expect(domainClassifier(['a', 'b', '!', 'a', 'b'], ['x', 'y', 'x', 'y'])).toEqual({
      area: 0.5,
      positives: 2,
      negatives: 2,
    });
  });
});

describe('words', () => {
  it('are those of any script, lower case', () => {
    expect(wordsOf('Don’t STOP: 3 Äpfel, каша!')).toEqual(['don’t', 'stop', '3', 'äpfel', 'каша']);
    expect(wordsOf(' … ')).toEqual([]);
    expect(wordsOf("'a' 's e\u0301t\u00e9 नमस्ते x_y 7th a-b '")).toEqual([
      ...["a'", 's', 'e\u0301té', 'नमस्ते', 'x', 'y', '7th', 'a', 'b'],
    ]);
  });

  it('are known or not', () => {
    const known = vocabularyOf(['a b', 'b c'], 2);
    expect([...known]).toEqual(['b']);
    expect([...vocabularyOf(['a b', 'b c'])]).toEqual(['a', 'b', 'c']);
    expect([...unknownShares(['b b', 'b x', '!'], known)]).toEqual([0, 0.5]);
    expect([...lengthsOf(['', 'a😀'])]).toEqual([0, 2]);
  });
});
