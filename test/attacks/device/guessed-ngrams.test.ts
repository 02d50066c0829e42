import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { listNumbers, ngramsOfList } from '@murmuration/protocol/ngrams/ngram-list';
import { sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { type FoundNumbers, readNumbers } from '@murmuration/protocol/queries/found-numbers';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer } from '@murmuration/protocol/queries/vector';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../unit/codes.ts';
import { answering, Told } from './answering.ts';
import { fair } from './victim.ts';

/** What many people type. */
const words = ['the', 'password', 'is', 'see', 'you', 'at', 'ten', 'in', 'office'];
const vocabulary = new Vocabulary(words);
const form = { rows: 3, buckets: 64 };
const firstClass = 4;

/** All numbers that a device says of its messages. */
function said(messages: readonly string[], list: readonly (readonly number[])[]) {
  return [1, 2, 3].flatMap(length => {
    const own = countNgrams(sequencesOf(messages, vocabulary), { length, firstClass, most: 100 });
    return [own.flatMap(({ ids }) => sketchNumbers(ids, form)), listNumbers(own, list)];
  });
}

const idsOf = (text: string) => vocabulary.encode(text);

describe('a coordinator that asks for n-grams', () => {
  it('QY12: gets nothing of a word that is not known to many, whatever it asks', () => {
    const list = [idsOf('password is'), idsOf('is'), idsOf('the password is')];
    const secret = (word: string) => said([`the password is ${word} see you`], list);
    expect(secret('swordfish')).toEqual(secret('hunter'));
  });

  it('QY12: sees nothing that fewer devices have than the threshold, as long as it keeps to the query', () => {
    const list = [idsOf('see you'), idsOf('in office')];
    const query = defineQuery({ name: 'ngrams-2', kind: 'numbers', threshold: 3, numbers: 16 });
    const answer = (text: string) =>
      listNumbers(countNgrams(sequencesOf([text], vocabulary), { length: 2, firstClass, most: 9 }), list);
    const sum = new Int32Array(16);
    for (const text of ['see you', 'see you in office', 'see you at ten in office'])
      for (const [i, element] of encodeAnswer(query, answer(text)).entries()) sum[i] = sum[i]! + element;
    const found = ngramsOfList(list, readNumbers(figuresOf(query, sum, 3) as FoundNumbers));
    expect(found).toEqual([{ ids: idsOf('see you'), count: 3 }]);
    const file = decodeNgrams(encodeNgrams(found, { classes: vocabulary.size, firstClass, threshold: 3 }));
    expect(Math.min(...file.counts.filter(count => count > 0))).toBeGreaterThanOrEqual(3);
  });

  it('THREAT_MODEL: that makes up a list learns from the sum how many typed what it has guessed, in known words', () => {
    const guess = [idsOf('see you at ten')];
    const own = (text: string) =>
      countNgrams(sequencesOf([text], vocabulary), { length: 4, firstClass, most: 9 });
    expect(listNumbers(own('see you at ten'), guess)).toEqual([0]);
    expect(listNumbers(own('see you in office'), guess)).toEqual([]);
  });

  it('QY2: is answered by no app that has not allowed it, and by none whose floor is above its threshold', async () => {
    const query = defineQuery({ name: 'ngrams-2', kind: 'numbers', threshold: 10, numbers: 64 });
    const answers = { 'ngrams-2': { kinds: ['numbers' as const], answer: () => [1, 2, 3] } };
    const allowed = await answering({ answers, seed: 1 });
    const told = new Told(
      allowed,
      await allowed.assign('r1', { ...fair, largestCohort: 30, query: writeQuery(query) }),
    );
    await told.untilUpload();
    expect([allowed.coordinator.uploads.length, allowed.floors]).toEqual([1, []]);
    const low = await answering({ answers, seed: 2 });
    await low.assign('r1', {
      ...fair,
      largestCohort: 30,
      query: writeQuery({ ...query, threshold: 3 }),
    });
    const other = await answering({
      answers: { 'ngrams-2': { kinds: ['top'], answer: () => [1] } },
      seed: 3,
    });
    await other.assign('r1', { ...fair, largestCohort: 30, query: writeQuery(query) });
    expect([low.floors, low.left]).toEqual([['queryThreshold'], ['declined']]);
    expect([other.floors, other.left]).toEqual([['queries'], ['declined']]);
    expect([...low.coordinator.uploads, ...other.coordinator.uploads]).toEqual([]);
  });

  it('QY1: gets no more numbers of a device than the query takes', () => {
    const query = defineQuery({ name: 'ngrams-2', kind: 'numbers', numbers: 64, values: 3 });
    expect(codeOf(() => encodeAnswer(query, [1, 2, 3, 4]))).toBe('options.invalid');
  });
});
