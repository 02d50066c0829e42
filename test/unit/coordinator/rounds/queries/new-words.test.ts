import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import { NewWords } from '@murmuration/rounds/queries/new-words';
import { proposedWords } from '@murmuration/rounds/queries/proposed-words';
import { mostRejected } from '@murmuration/rounds/queries/rejectable';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { type AddedWordsStore, addedWordsIn } from '@murmuration/rounds/task/added-words';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { type GrowthDefinition, growingTask } from '@murmuration/rounds/task/growing-task';
import { type RejectedWordsStore, rejectedWordsIn } from '@murmuration/rounds/task/rejected-words';
import { withSettings } from '@murmuration/rounds/task/settings';
import type { Task } from '@murmuration/rounds/task/task';
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
let rejections: RejectedWordsStore;
/** What the next start would refuse. */
let requireGrows: (grown: Task) => Promise<void>;
let audit: AuditEntry[];
let clock: VirtualClock;
let events: CoordinatorEvents;
let moments: MomentActions;
let newWords: NewWords;

/** A coordinator that begins now. */
function begin(): void {
  events = new CoordinatorEvents();
  moments = new MomentActions(events);
  newWords = new NewWords({
    taskOf: name => (name === task.name ? task : undefined),
    queryResults: { results: async () => results },
    store,
    rejections,
    requireGrows: grown => requireGrows(grown),
    events,
    clock,
  });
  moments.join({ newWords });
}

beforeEach(() => {
  [task, results, audit] = [taskOf(), [], []];
  const documents = memoryDocuments({ append: async entry => audit.push(entry) });
  [store, clock] = [addedWordsIn(documents), new VirtualClock()];
  rejections = rejectedWordsIn(documents);
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

const over = async (outcome: RoundRecord['outcome'] = 'published') => {
  moments.roundEnded({ task: task.name, query: 'new-words', outcome } as RoundRecord);
  // Behind what that began.
  await newWords.of(task.name);
  await newWords.grow(task.name, 'nobody', []);
};
const proposed = async () => (await newWords.of(task.name)).proposed.map(({ word }) => word);

describe('a task whose vocabulary grows', () => {
  it('VG11: is the same task for a longer list, its queries, model and settings included', async () => {
    const grown = task.growth!.taskOf(['see', 'you', 'brighton']);
    expect(grown.vocabulary).toEqual(['see', 'you', 'brighton']);
    expect(grown.queries[1]!.query).toMatchObject({ classes: firstWordId + 3 });
    expect(grown.growth).toMatchObject({ query: 'new-words', most: 4, atOnce: 2, byItself: false });
    // What operators change keeps it.
    expect(withSettings(grown, { cohort: { goal: 6 } }, 2).growth).toBe(grown.growth);
  });

  it('is refused without the query that finds words, and for bounds that are none', () => {
    expect(codeOf(() => taskOf({ query: 'other' }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ query: 'phrases' }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ most: 0 }))).toBe('config.invalid');
    expect(codeOf(() => taskOf({ atOnce: 0.5 }))).toBe('config.invalid');
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
    await over();
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
    task = await newWords.grown(task);
    expect(task.vocabulary).toEqual(['see', 'you', 'brighton', 'omw']);
    expect(await newWords.of(task.name)).toMatchObject({ waiting: [], room: 2 });
    expect(await newWords.grown(task)).toBe(task);
    await newWords.grow(task.name, 'Ada');
    begin();
    expect((await newWords.grown(taskOf())).vocabulary).toEqual([
      'see',
      'you',
      'brighton',
      'omw',
      'netherfield',
    ]);
    // A definition that names those by now is taken as it is.
    const named = taskOf({}, ['see', 'you', 'brighton', 'omw', 'netherfield']);
    expect(await newWords.grown(named)).toBe(named);
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
    expect(proposedWords([], new Set(), 3)).toEqual([]);
  });

  it('are none of a task that names no words, or grows with its definition', async () => {
    const of = (change: Partial<Task>) => {
      task = { ...taskOf(), ...change };
    };
    of({ vocabulary: null });
    expect(await newWords.of(task.name)).toMatchObject({ words: null, growth: null, proposed: [] });
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await newWords.grown(task)).toBe(task);
    of({ growth: undefined });
    expect(await newWords.of(task.name)).toMatchObject({ growth: null, proposed: [] });
    await expect(newWords.grow(task.name, 'Ada')).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await newWords.grown(task)).toBe(task);
  });
});

describe('words that a task adds by itself', () => {
  beforeEach(() => {
    task = taskOf({ byItself: true });
  });

  it('VG11: are added once a round has found them, within the same bounds, and the audit log says so', async () => {
    found({ a1: 9, b2: 8, c3: 7 });
    await over('failed');
    expect(audit).toEqual([]);
    await over();
    expect(await store.of(task.name)).toMatchObject({ words: ['a1', 'b2'], addedBy: 'the task' });
    expect(audit).toMatchObject([
      {
        action: 'vocabulary.grow',
        actor: { id: 'rule', name: 'growth' },
        subject: 'keyboard',
        changes: [{ field: 'vocabulary', from: null, to: ['a1', 'b2'] }],
      },
    ]);
    for (let round = 0; round < 3; round++) await over();
    expect((await store.of(task.name))!.words).toEqual(['a1', 'b2', 'c3']);
    expect(audit).toHaveLength(2);
  });

  it('are not added where the audit log can’t be written, and are once it can', async () => {
    const append = async () => {
      throw new MurmurationError('storage.full');
    };
    const kept = store;
    store = addedWordsIn(memoryDocuments({ append }));
    begin();
    const faults: unknown[] = [];
    events.on('fault', (_, error) => faults.push(error));
    found({ a1: 9 });
    await over();
    expect([await store.of(task.name), faults]).toMatchObject([undefined, [{ code: 'storage.full' }]]);
    store = kept;
    begin();
    await over();
    expect(await store.of(task.name)).toMatchObject({ words: ['a1'] });
    expect(audit).toHaveLength(1);
  });

  it('VG11: are added at the next start where the coordinator was killed between finding and adding them', async () => {
    found({ a1: 9 });
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1']);
    expect(audit).toHaveLength(1);
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1']);
    expect(audit).toHaveLength(1);
  });

  it('VG11: are no more than a round adds, however often the coordinator starts', async () => {
    found({ a1: 9, b2: 8, c3: 7 });
    await over();
    for (let start = 0; start < 3; start++) {
      begin();
      expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1', 'b2']);
    }
    // Found since, and the coordinator was killed before it added it.
    await clock.advance(1_000);
    found({ d4: 5 });
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1', 'b2', 'c3', 'd4']);
  });

  it('are not added twice where the coordinator was killed after adding them', async () => {
    found({ a1: 9 });
    await newWords.grow(task.name, 'Ada');
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1']);
    expect((await store.of(task.name))!.addedBy).toBe('Ada');
  });
});

describe('words that operators reject', () => {
  const reject = (...words: string[]) => newWords.reject(task.name, 'Ada', words);
  const allow = (...words: string[]) => newWords.allow(task.name, words);
  const invalid = (said: Promise<unknown>, detail: RegExp | string) =>
    expect(said).rejects.toMatchObject({
      code: 'request.invalid',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });

  it('VG13: are neither proposed nor added, however often they are found, until they are allowed again', async () => {
    found({ slur: 9, brighton: 4 });
    expect(await reject('slur', 'slur')).toEqual({ rejected: ['slur'], takenOut: [] });
    expect(await proposed()).toEqual(['brighton']);
    await invalid(newWords.grow(task.name, 'Bob', ['slur']), /"slur" is not among the words/);
    begin();
    found({ slur: 12, Slur: 3 });
    // As it is written: another spelling is another word.
    expect(await proposed()).toEqual(['brighton', 'Slur']);
    expect(await newWords.grow(task.name, 'Bob')).toEqual(['brighton', 'Slur']);
    expect(await newWords.rejected(task.name)).toEqual([
      { word: 'slur', rejectedAt: clock.now(), rejectedBy: 'Ada' },
    ]);
    expect((await newWords.of(task.name)).rejected).toBe(1);
    expect(await reject('slur')).toEqual({ rejected: [], takenOut: [] });
    expect(await allow('slur', 'slur')).toEqual(['slur']);
    expect(await proposed()).toEqual(['slur']);
    expect((await newWords.of(task.name)).rejected).toBe(0);
  });

  it('VG13: may be words that nobody has found yet', async () => {
    await reject('spam');
    found({ spam: 30 });
    expect(await proposed()).toEqual([]);
  });

  it('VG13: are not added by a task that adds words by itself, at the next start neither', async () => {
    task = taskOf({ byItself: true });
    await reject('slur');
    found({ slur: 9, a1: 4 });
    await over();
    expect((await store.of(task.name))!.words).toEqual(['a1']);
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1']);
  });

  it('VG13: are taken out where they were added and are not in force, and leave their room to others', async () => {
    found({ slur: 9, a1: 8, b2: 7, c3: 6, d4: 5 });
    await newWords.grow(task.name, 'Bob');
    await newWords.grow(task.name, 'Bob');
    expect((await newWords.of(task.name)).room).toBe(0);
    expect(await reject('slur', 'other')).toEqual({ rejected: ['slur', 'other'], takenOut: ['slur'] });
    expect(await newWords.of(task.name)).toMatchObject({
      waiting: ['a1', 'b2', 'c3'],
      room: 1,
      proposed: [{ word: 'd4' }],
      added: { addedBy: 'Bob' },
    });
    begin();
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'a1', 'b2', 'c3']);
  });

  it('VG13: are none that the vocabulary has, and nothing changes then', async () => {
    found({ brighton: 9 });
    await newWords.grow(task.name, 'Bob');
    begin();
    task = await newWords.grown(task);
    const detail = (word: string) =>
      `"${word}" is in the vocabulary, which no word is taken out of: have the app not offer it.`;
    await invalid(reject('spam', 'brighton'), detail('brighton'));
    await invalid(reject('you'), detail('you'));
    expect(await newWords.rejected(task.name)).toEqual([]);
    expect((await store.of(task.name))!.words).toEqual(['brighton']);
  });

  it('VG13: are in force all the same where the definition names them', async () => {
    await reject('spam');
    task = taskOf({}, ['see', 'you', 'spam']);
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'spam']);
  });

  it('are refused where no device can say them, or there are too many, and where the vocabulary does not grow', async () => {
    await invalid(reject(''), 'A word has 1 to 64 bytes of UTF-8, and one of these has 0.');
    await invalid(reject('é'.repeat(33)), /has 66/);
    await invalid(reject('\u{1b}[2J'), /control character/);
    await invalid(reject('\ud800'), /half of a character/);
    await reject('é'.repeat(32));
    const many = (count: number, from: number) => Array.from({ length: count }, (_, i) => `w${from + i}`);
    await reject(...many(mostRejected - 2, 0));
    await invalid(reject(...many(2, 10_000)), /5000 words are rejected at most, and 4999 are/);
    await reject('last');
    await invalid(reject('more'), /at most/);
    // Those before are no more than they were.
    expect(await reject('last')).toEqual({ rejected: [], takenOut: [] });
    await invalid(allow('last', 'other'), '"other" is not rejected.');
    expect(await newWords.rejected(task.name)).toHaveLength(mostRejected);
    task = { ...taskOf(), growth: undefined };
    await invalid(reject('spam'), /grows with its definition only/);
    await expect(newWords.reject('other' as typeof task.name, 'Ada', ['x'])).rejects.toMatchObject({
      code: 'task.unknown',
    });
    await expect(newWords.rejected('other' as typeof task.name)).rejects.toMatchObject({
      code: 'task.unknown',
    });
  });

  it('VG13: are not added by somebody who adds words at the same time', async () => {
    found({ slur: 9, a1: 8 });
    const all = await Promise.all([reject('slur'), newWords.grow(task.name, 'Bob')]);
    expect(all[1]).toEqual(['a1']);
    const others = await Promise.all([newWords.grow(task.name, 'Bob'), reject('a1')]);
    expect(others).toEqual([[], { rejected: ['a1'], takenOut: ['a1'] }]);
    expect((await store.of(task.name))!.words).toEqual([]);
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

  it('VG11: keep none from starting that adds words by itself', async () => {
    task = taskOf({ byItself: true });
    await store.put({ task: task.name, words: ['z9'], addedAt: 1, addedBy: 'Ada' });
    found({ a1: 9 });
    requireGrows = tooMany;
    const faults: unknown[] = [];
    events.on('fault', (...fault) => void faults.push(fault));
    expect((await newWords.grown(task)).vocabulary).toEqual(['see', 'you', 'z9']);
    expect(faults).toMatchObject([
      ['adding words to the vocabulary of keyboard', { code: 'request.invalid' }],
    ]);
    expect(audit).toEqual([]);
    requireGrows = async () => {
      throw new MurmurationError('storage.failed');
    };
    await expect(newWords.grown(task)).rejects.toMatchObject({ code: 'storage.failed' });
  });
});
