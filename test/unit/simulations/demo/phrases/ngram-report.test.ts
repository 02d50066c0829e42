import { aboutNgrams, ngramFigures } from '@murmuration/demo/phrases/ngram-report';
import { expect, it } from 'vitest';

const answerSums = { sumsChecked: 5, sumsExact: 5, sumsUnchecked: 0 };
const none = { sumsChecked: 0, sumsExact: 0, sumsUnchecked: 0 };
const figures = { top1: 6.69, top3: 12.39 };
const found = { state: 'found', counts: [1_265, 1_883, 521], failure: null } as const;
const mixed = { top1: 0.0786, top3: 0.1429, share: 0.307 };

it('says what phones have in common, and what the mixture comes to beside the model by itself', () => {
  const of = { unasked: undefined, asked: found, mixed, answerSums };
  const [line, sums, ...rest] = aboutNgrams({ ...of, figures });
  expect(line).toContain('1,265 words, 1,883 pairs and 521 triples');
  expect(line).toContain('7.9 % top-1 and 14.3 % top-3 recall (by itself 6.7 % and 12.4 %)');
  expect(sums).toBe('5 of 5 sums of answers exact.');
  expect(rest).toEqual([]);
  expect(ngramFigures(of)).toEqual({
    state: 'found',
    reason: null,
    threshold: 3,
    words: 1_265,
    pairs: 1_883,
    triples: 521,
    mixed: { top1: 7.86, top3: 14.29, share: 30.7 },
    ...answerSums,
  });
});

it('says what was not asked, and why', () => {
  const unasked = {
    unasked: undefined,
    asked: { state: 'unasked', counts: [], failure: null },
    mixed: null,
  } as const;
  expect(aboutNgrams({ ...unasked, answerSums: none, figures })).toEqual([
    'Phones were not asked for their n-grams: that comes after the first round, and no other followed it.',
  ]);
  const reason = 'answers need masks, and --masking is off';
  const off = { unasked: reason, asked: undefined, mixed: null, answerSums: none };
  expect(aboutNgrams({ ...off, figures })).toEqual([`Phones were not asked for their n-grams: ${reason}.`]);
  expect(ngramFigures(off)).toMatchObject({ state: 'unasked', reason, words: 0, mixed: null });
});

it('says why phones could not say all, and what versions carry nevertheless', () => {
  const failure = 'Too many devices left. Nobody is asked again in this start.';
  const asked = { state: 'failed', counts: [514], failure } as const;
  const of = { unasked: undefined, asked, mixed, answerSums: none };
  expect(aboutNgrams({ ...of, figures })).toEqual([
    `Phones could not say all of their n-grams: ${failure}`,
    expect.stringContaining('Mixed with the 514 words'),
  ]);
  expect(ngramFigures(of)).toMatchObject({ state: 'failed', reason: failure, words: 514, pairs: 0 });
});

it('says that answers of visitors can’t be checked', () => {
  const of = { unasked: undefined, asked: found, mixed: null, answerSums: { ...none, sumsUnchecked: 2 } };
  expect(aboutNgrams({ ...of, figures })).toEqual([
    expect.stringMatching(/^2 sums of answers can’t be checked: .*visitor/),
  ]);
});
