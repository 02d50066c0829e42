import { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { firstWordId, numberId, unknownId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Scores of the special ids, which would be suggested first if they could be, then those of the words. */
function scored(...words: number[]): number[] {
  return [...Array(firstWordId).fill(9), ...words];
}

function recallAt(scores: readonly number[], word: number) {
  const counter = new RecallCounter();
  counter.add(scores, 0, scores.length, firstWordId + word);
  const { top1, top3 } = counter.recall;
  return { top1, top3 };
}

describe('recall', () => {
  it('counts the first suggestion, and the first three', () => {
    const scores = scored(0.1, 0.4, 0.2, 0.3);
    expect(recallAt(scores, 1)).toEqual({ top1: 1, top3: 1 });
    expect(recallAt(scores, 2)).toEqual({ top1: 0, top3: 1 });
    expect(recallAt(scores, 0)).toEqual({ top1: 0, top3: 0 });
  });

  it('agrees with sorting all words, the smaller id first among equal scores', () => {
    const words = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.nat(), (scores, pick) => {
        const word = pick % scores.length;
        const place = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).indexOf(word);
        expect(recallAt(scored(...scores), word)).toEqual({
          top1: place < 1 ? 1 : 0,
          top3: place < 3 ? 1 : 0,
        });
      }),
    );
  });

  it('is a share of all scored words', () => {
    const counter = new RecallCounter();
    const scores = scored(4, 3, 2, 1);
    for (const word of [0, 1, 2, 3]) counter.add(scores, 0, scores.length, firstWordId + word);
    expect(counter.recall).toEqual({ top1: 0.25, top3: 0.75, words: 4 });
  });

  it('reads scores from an offset', () => {
    const counter = new RecallCounter();
    const scores = [...scored(5, 0, 0, 0), ...scored(0, 0, 0, 5)];
    counter.add(scores, scores.length / 2, scores.length / 2, firstWordId + 3);
    expect(counter.recall.top1).toBe(1);
  });

  it('misses a word that the vocabulary lacks, however high its id scores', () => {
    const counter = new RecallCounter();
    for (const id of [unknownId, numberId]) counter.add(scored(1), 0, firstWordId + 1, id);
    expect(counter.recall).toEqual({ top1: 0, top3: 0, words: 2 });
  });

  it('misses where scores are no numbers', () => {
    expect(recallAt(scored(Number.NaN, Number.NaN, Number.NaN, Number.NaN), 0)).toEqual({ top1: 0, top3: 0 });
  });

  it('is refused before the first word', () => {
    expect(() => new RecallCounter().recall).toThrow(RangeError);
  });
});
