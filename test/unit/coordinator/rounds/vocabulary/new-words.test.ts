import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { withSettings } from '@murmuration/rounds/task/settings';
import type { Task } from '@murmuration/rounds/task/task';
import {
  type AddedWordsStore,
  addedWordsIn,
  withAddedWords,
} from '@murmuration/rounds/vocabulary/added-words';
import { type GrowthDefinition, growingTask } from '@murmuration/rounds/vocabulary/growing-task';
import { NewWords } from '@murmuration/rounds/vocabulary/new-words';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

const queryOf = (threshold = 3) =>
  defineQuery({
    name: 'new-words',
    kind: 'heavy-hitters',
    threshold,
    texts: 10,
    buckets: 64,
    bytes: 16,
    values: 4,
  });

const definitionOf = (all: readonly string[], threshold = 3): Omit<TaskDefinition, 'vocabulary'> => ({
  name: 'keyboard',
  model: () => nextWordModel({ vocabulary: firstWordId + all.length, embedding: 4, gru: 4, dense: null }, 1),
  plan: { learningRate: 0.1 },
  update: { clip: 15, bits: 8 },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 5, minimum: 3, overSelection: 1 },
  uploadSlot: 0,
  schedule: { every: '0 s' },
  queries: [
    { query: queryOf(threshold), every: '7 d' },
    defineQuery({
      name: 'phrases',
      kind: 'ngrams',
      classes: firstWordId + all.length,
      firstClass: firstWordId,
      values: 50,
      sketches: [],
    }),
  ],
});

const taskOf = (growth: Partial<GrowthDefinition> = {}, words = ['see', 'you'], threshold = 3): Task =>
  growingTask(words, { query: 'new-words', most: 4, atOnce: 2, ...growth }, all =>
    definitionOf(all, threshold),
  );

let task: Task;
let results: QueryResult[];
let store: AddedWordsStore;
/** Words that the next start would refuse. */
let requireGrows: (grown: Task) => Promise<void>;
let clock: VirtualClock;
let newWords: NewWords;

/** A coordinator that begins now. */
function begin(): void {
  newWords = new NewWords({
    taskOf: name => (name === task.name ? task : undefined),
    queryResults: { results: async () => results },
    store,
    requireGrows: grown => requireGrows(grown),
    clock,
  });
}

beforeEach(() => {
  [task, results] = [taskOf(), []];
  [store, clock] = [addedWordsIn(memoryDocuments()), new VirtualClock()];
  requireGrows = async () => {};
  begin();
});

/** When a round ended, a moment ago. */
const endOf = (round: number) => clock.now() - 100 + round;

/** A round of the query has found words, each on so many devices. */
function found(words: Readonly<Record<string, number>>, threshold = 3): void {
  const texts = Object.entries(words).map(([text, devices]) => ({ text, devices }));
  const number = results.length + 1;
  results.unshift({
    query: queryOf(threshold),
    number,
    endedAt: endOf(number),
    figures: { kind: 'heavy-hitters', texts, unread: 0, chance: 1 },
  } as unknown as QueryResult);
}

const proposed = async () => (await newWords.of(task.name)).proposed.map(({ word }) => word);

describe('a task whose vocabulary grows', () => {
  it('VG11: is the same task for a longer list, its queries, model and settings included', async () => {
    const grown = task.growth!.taskOf(['see', 'you', 'brighton']);
    expect(grown.vocabulary).toEqual(['see', 'you', 'brighton']);
    expect(grown.queries[1]!.query).toMatchObject({ classes: firstWordId + 3 });
    expect(grown.growth).toMatchObject({ query: 'new-words', most: 4, atOnce: 2 });
    // What operators change keeps it.
    expect(withSettings(grown, { cohort: { goal: 6 } }, 2).growth).toBe(grown.growth);
  });

  it('is refused without the query that finds words, and for bounds that are none', () => {
    expect(codeOf(() => taskOf({ query: 'other' }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ query: 'phrases' }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ most: 0 }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ atOnce: 0.5 }))).toBe('config.invalid');
  });

  it('is refused where it is to grow by itself, with what to do', () => {
    const byItself = { byItself: true } as Partial<GrowthDefinition>;
    expect(codeOf(() => taskOf(byItself))).toBe('config.invalid');
    expect(() => taskOf(byItself)).toThrow(/byItself is gone.*murmuration vocabulary grow/);
  });
});

describe('words that devices have and a vocabulary lacks', () => {
  it('VG11: are proposed, those of most devices first, and added only when somebody says so', async () => {
    found({ brighton: 4, see: 9, netherfield: 3 });
    found({ brighton: 5, omw: 5 });
    expect((await newWords.of(task.name)).proposed).toEqual([
      { word: 'brighton', devices: 5, round: 2, at: endOf(2) },
      { word: 'omw', devices: 5, round: 2, at: endOf(2) },
      { word: 'netherfield', devices: 3, round: 1, at: endOf(1) },
    ]);
    expect(await store.of(task.name)).toBeUndefined();
    expect(await newWords.grow(task.name, 'Ada')).toEqual(['brighton', 'omw']);
    expect(await newWords.of(task.name)).toMatchObject({
      words: ['see', 'you'],
      waiting: ['brighton', 'omw'],
      added: { addedBy: 'Ada' },
      room: 2,
      proposed: [{ word: 'netherfield' }],
    });
    // They are in force once a coordinator starts with the same storage, behind the others.
    begin();
    task = await withAddedWords(task, store);
    expect(task.vocabulary).toEqual(['see', 'you', 'brighton', 'omw']);
    expect(await newWords.of(task.name)).toMatchObject({ waiting: [], room: 2 });
    expect(await withAddedWords(task, store)).toBe(task);
    await newWords.grow(task.name, 'Ada');
    begin();
    expect((await withAddedWords(taskOf(), store)).vocabulary).toEqual([
      'see',
      'you',
      'brighton',
      'omw',
      'netherfield',
    ]);
    // A definition that names those by now is taken as it is.
    const named = taskOf({}, ['see', 'you', 'brighton', 'omw', 'netherfield']);
    expect(await withAddedWords(named, store)).toBe(named);
  });

  it('VG11: are no more than the task takes at once and in all, and none that were not found', async () => {
    found({ a1: 9, b2: 8, c3: 7, d4: 6, e5: 5 });
    const refused = (words: readonly string[]) =>
      expect(newWords.grow(task.name, 'Ada', words)).rejects.toMatchObject({ code: 'request.invalid' });
    await refused(['a1', 'b2', 'c3']);
    await refused(['a1', 'other']);
    await refused(['see']);
    expect(await store.of(task.name)).toBeUndefined();
    expect(await newWords.grow(task.name, 'Ada', ['e5', 'e5'])).toEqual(['e5']);
    await refused(['e5']);
    await newWords.grow(task.name, 'Ada');
    expect(await newWords.grow(task.name, 'Ada')).toEqual(['c3']);
    expect((await newWords.of(task.name)).room).toBe(0);
    await refused(['d4']);
    expect(await newWords.grow(task.name, 'Ada')).toEqual([]);
    expect((await store.of(task.name))!.words).toEqual(['e5', 'a1', 'b2', 'c3']);
  });

  it('are added once where several ask at the same time', async () => {
    found({ a1: 9, b2: 8, c3: 7 });
    const added = await Promise.all([newWords.grow(task.name, 'Ada'), newWords.grow(task.name, 'Bob')]);
    expect(added).toEqual([['a1', 'b2'], ['c3']]);
    expect((await store.of(task.name))!.words).toEqual(['a1', 'b2', 'c3']);
  });

  it('are not proposed of results that fewer devices showed than the threshold is now', async () => {
    found({ brighton: 4 });
    task = taskOf({}, undefined, 5);
    expect(await proposed()).toEqual([]);
    found({ omw: 6 }, 5);
    expect(await proposed()).toEqual(['omw']);
  });

  it('are none of a task that names no words, or grows with its definition', async () => {
    const of = (change: Partial<Task>) => {
      task = { ...taskOf(), ...change };
    };
    of({ vocabulary: null });
    expect(await newWords.of(task.name)).toMatchObject({ words: null, growth: null, proposed: [] });
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await withAddedWords(task, store)).toBe(task);
    of({ growth: undefined });
    expect(await newWords.of(task.name)).toMatchObject({ growth: null, proposed: [] });
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await withAddedWords(task, store)).toBe(task);
  });
});

describe('words with which no coordinator could start', () => {
  const tooMany = async (grown: Task) => {
    if (grown.vocabulary!.length > 3) throw new MurmurationError('config.invalid', 'The model has 3 rows.');
  };

  it('VG11: are not added, and it is said why', async () => {
    found({ a1: 9, b2: 8 });
    requireGrows = tooMany;
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({
      code: 'request.invalid',
      detail: "The words can't be added, since no coordinator could start with them: The model has 3 rows.",
    });
    expect(await store.of(task.name)).toBeUndefined();
    expect(await newWords.grow(task.name, 'Ada', ['a1'])).toEqual(['a1']);
    // Those that wait count.
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('VG11: are not added where the definition refuses them', async () => {
    task = growingTask(['see', 'you'], { query: 'new-words', most: 4 }, all => {
      if (all.length > 2) throw new Error('There are two words in a language.');
      return definitionOf(all);
    });
    found({ a1: 9 });
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({
      code: 'request.invalid',
      detail: expect.stringContaining('There are two words in a language.'),
    });
  });
});
