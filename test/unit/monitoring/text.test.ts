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

  it('reads at most as many texts as it may', () => {
    const { positives, negatives } = domainClassifier(texts(300, 1), texts(50, 2), { most: 100 });
    expect([positives, negatives]).toEqual([25, 50]);
  });

  it('needs some texts with words', () => {
    expect(() => domainClassifier(['a', 'b', '…', '?', '!'], texts(10, 1))).toThrow('four texts');
  });
});

describe('words', () => {
  it('are those of any script, lower case', () => {
    expect(wordsOf('Don’t STOP: 3 Äpfel, каша!')).toEqual(['don’t', 'stop', '3', 'äpfel', 'каша']);
    expect(wordsOf(' … ')).toEqual([]);
  });

  it('are known or not', () => {
    const known = vocabularyOf(['a b', 'b c'], 2);
    expect([...known]).toEqual(['b']);
    expect([...unknownShares(['b b', 'b x', '!'], known)]).toEqual([0, 0.5]);
    expect([...lengthsOf(['', 'a😀'])]).toEqual([0, 2]);
  });
});
