import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { listNumbers, ngramsOfList } from '@murmuration/protocol/ngrams/ngram-list';
import { sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import { type FoundNgrams, readNgrams } from '@murmuration/protocol/queries/found-ngrams';
import { type FoundNumbers, readNumbers } from '@murmuration/protocol/queries/found-numbers';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
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
    expect(encodeAnswer(query, [1, 2, 90, 3, 4])).toEqual(encodeAnswer(query, [1, 2, 3]));
  });
});

describe('a coordinator that asks for n-grams by the kind ngrams', () => {
  const definition = {
    name: 'phrases',
    kind: 'ngrams',
    classes: vocabulary.size,
    firstClass,
    values: 9,
    sketches: [{ rows: 3, buckets: 64 }],
  } as const;
  const query = defineQuery(definition) as NgramsQuery;
  const pair = (...texts: string[]): NgramsQuery => ({
    ...query,
    step: { length: 2, asks: 'list', ngrams: writeIdList(texts.map(idsOf)) },
  });
  const sumOf = (asked: NgramsQuery, answers: readonly (readonly number[])[][]) => {
    const sum = new Int32Array(queryForm(asked, 12).elements);
    for (const answer of answers)
      for (const [i, element] of encodeAnswer(asked, answer).entries()) sum[i] = sum[i]! + element;
    return sum;
  };
  const typing = (...texts: string[]) => sequencesOf(texts, vocabulary);
  const shown = (asked: NgramsQuery, answers: readonly (readonly number[])[][]) =>
    readNgrams(figuresOf(asked, sumOf(asked, answers), answers.length) as FoundNgrams, asked);

  it('QY14: of an honest coordinator shows nothing that fewer devices said than the threshold, colluding ones counted', () => {
    const asked = pair('see you', 'in office');
    const honest = [typing('see you'), typing('see you'), typing('the office'), typing('is')];
    expect(shown(asked, honest)).toEqual([]);
    // One fewer than the threshold can make up nothing, however often each says it.
    const colluding = typing(...Array.from({ length: 50 }, () => 'in office'));
    expect(shown(asked, [...honest, colluding, colluding])).toEqual([]);
    // They count as any two: with one device that has it, they are three.
    expect(shown(asked, [typing('in office'), colluding, colluding]).map(({ ids }) => ids)).toEqual([
      idsOf('in office'),
    ]);
  });

  it('THREAT_MODEL: that makes up a list learns from the sum of how many devices that is so, and no word out of the vocabulary', () => {
    const asked = pair('see you', 'in office');
    const sum = sumOf(asked, [typing('see you'), typing('in office'), typing('see you')]);
    // In the order of ids.
    expect([...sum]).toEqual([2, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const secret = (word: string) =>
      sumOf(pair('the password', 'password is'), [typing(`the password is ${word}`)]);
    expect(secret('swordfish')).toEqual(secret('hunter'));
  });

  it('QY2 QY14: gets no answer with a list that is longer than answers can have made it, or that is none', async () => {
    const long = Array.from({ length: 9 }, (_, i) => [firstClass + i]);
    const answers = { phrases: { kinds: ['ngrams' as const], answer: () => typing('see you') } };
    const forged = [
      // Twelve devices say one n-gram each, and three of them each of those: four are the most.
      { ...query, values: 1, step: { length: 2, asks: 'sketch', ngrams: writeIdList(long) } },
      { ...query, step: { length: 2, asks: 'list', ngrams: Uint8Array.of(1, 0, 200, 1, 4) } },
      { ...query, step: { length: 2, asks: 'list', ngrams: Uint8Array.of(2, 0, 4, 5) } },
    ] as NgramsQuery[];
    for (const [seed, asked] of forged.entries()) {
      const victim = await answering({ answers, seed: seed + 10, floors: { queryThreshold: 3 } });
      await victim.assign('r1', { ...fair, largestCohort: 12, query: writeQuery(asked) });
      expect([victim.floors, victim.left, victim.coordinator.uploads]).toEqual([
        ['queries'],
        ['declined'],
        [],
      ]);
    }
  });

  it('QY2: gets nothing of a device whose app has not allowed the kind, or whose floor is above its threshold', async () => {
    const answer = () => typing('see you');
    const other = await answering({ answers: { phrases: { kinds: ['numbers'], answer } }, seed: 4 });
    const low = await answering({ answers: { phrases: { kinds: ['ngrams'], answer } }, seed: 5 });
    const answers: unknown[] = [];
    for (const victim of [other, low]) {
      await victim.assign('r1', { ...fair, query: writeQuery(query) });
      answers.push([victim.floors, victim.left, victim.coordinator.uploads.length]);
    }
    expect(answers).toEqual([
      [['queries'], ['declined'], 0],
      [['queryThreshold'], ['declined'], 0],
    ]);
  });

  it('QY14: gets no more n-grams of a device than the bound, and nothing for sequences that are none', () => {
    const all = typing('the password is see you at ten in office', 'see you');
    const said = encodeAnswer({ ...query, values: 3 }, all);
    expect(said.filter((element, i) => element > 0 && i % 5 === 0)).toHaveLength(3);
    for (const answer of [[1, 2], [['see']], [[-1]], [[0.5]], true, { texts: [] }])
      expect(codeOf(() => encodeAnswer(query, answer as never))).toBe('options.invalid');
    // A sum beyond what devices within the bound can say shows nothing.
    const sum = new Int32Array(queryForm(query, 3).elements).fill(3);
    expect(codeOf(() => figuresOf({ ...query, values: 1 }, sum, 3))).toBe('update.impossible');
  });
});
