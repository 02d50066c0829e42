import { AskedNgrams, whyUnasked } from '@murmuration/demo/phrases/asked-ngrams';
import { phrasesQuery } from '@murmuration/demo-keyboard-app/task/phrases';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { NgramStep } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import { nextNgramStep } from '@murmuration/rounds/rounds/ngram-chain';
import type { Task } from '@murmuration/rounds/task/task';
import { beforeEach, describe, expect, it } from 'vitest';

const query = phrasesQuery(12);
const task = {
  name: 'keyboard',
  vocabulary: Array.from({ length: 8 }, (_, i) => `word${i}`),
  cohort: { goal: 3, minimum: 3, overSelection: 1 },
  queries: [{ query, every: null, drift: false }],
} as unknown as Task;
const phones = Array.from({ length: 3 }, () => [[4, 5, 6, 7]]);

let events: CoordinatorEvents;
let results: QueryResult[];
let happened: string[];
let isOver: boolean;
let isStopping: boolean;
let ngrams: AskedNgrams;
let rounds: number;

function open(): AskedNgrams {
  return new AskedNgrams({
    task,
    query,
    ask: async name => {
      if (isStopping) throw new MurmurationError('server.stopping');
      happened.push(`ask ${name}`);
    },
    results: { results: async (_task, _query, _before, limit) => results.slice(0, limit) },
    events,
    host: { asksAll: async all => void happened.push(all ? 'all' : 'as before') },
    display: { announce: line => void happened.push(line) },
    settled: () => happened.push('settled'),
    isOver: () => isOver,
    isKept: true,
  });
}

beforeEach(() => {
  [results, happened, rounds] = [[], [], 0];
  [isOver, isStopping] = [false, false];
  events = new CoordinatorEvents();
  ngrams = open();
});

const record = (asked?: string) =>
  ({ round: String(rounds), task: 'keyboard', ...(asked && { query: asked }) }) as unknown as RoundRecord;

async function trained(): Promise<void> {
  rounds += 1;
  events.emit('round-ended', record());
  await ngrams.standing();
}

/** A round of the query, in which as many phones as there are say what they have; false: it fails. */
async function answered(step: NgramStep | undefined, succeeds = true): Promise<string | undefined> {
  rounds += 1;
  const asked = { ...query, ...(step && { step }) };
  const terms = { id: String(rounds), plan: { task: 'keyboard', query: writeQuery(asked) } };
  for (const phase of ['gathering', 'keys'] as const)
    events.emit('round', { phase, terms } as unknown as RoundState);
  const sum = new Int32Array(queryForm(asked, 3).elements);
  for (const phone of phones)
    for (const [i, element] of encodeAnswer(asked, phone).entries()) sum[i] = sum[i]! + element;
  results.unshift({
    query,
    startedAt: rounds,
    figures: succeeds ? figuresOf(asked, sum, 3) : null,
    failure: succeeds ? null : 'Too few phones answered.',
  } as unknown as QueryResult);
  const label = ngrams.labelOf(record('phrases'));
  events.emit('round-ended', record('phrases'));
  await ngrams.standing();
  return label;
}

/** Results that are none of rounds that failed. */
const shown = () => results.filter(({ figures }) => figures !== null);

/** All rounds from a step on; what each was for. */
async function chain(step?: NgramStep): Promise<(string | undefined)[]> {
  const labels: (string | undefined)[] = [];
  let next: NgramStep | undefined = step;
  do {
    labels.push(await answered(next));
    next = await nextNgramStep(query, shown(), 3);
  } while (next);
  return labels;
}

describe('phones that are asked for their n-grams', () => {
  it('are asked once the first round of training is over, and told of before; what they say is told of after', async () => {
    expect(ngrams.isOpen).toBe(true);
    await trained();
    expect(happened.splice(0)).toEqual(['all', 'ask phrases']);
    expect(await chain()).toEqual([
      'asked for words (1 of 5)',
      'asked for pairs, in a sketch (2 of 5)',
      'asked for pairs (3 of 5)',
      'asked for triples, in a sketch (4 of 5)',
      'asked for triples (5 of 5)',
    ]);
    const [begins, ...rest] = happened.splice(0);
    expect(begins).toMatch(/^Phones are asked which words they write .* 5 masked rounds/);
    expect(rest).toEqual([
      'all',
      expect.stringMatching(/^They have 4 words, 3 pairs and 2 triples in common/),
      'as before',
      'settled',
    ]);
    expect(await ngrams.standing()).toEqual({ state: 'found', counts: [4, 3, 2], failure: null });
    expect(ngrams.isOpen).toBe(false);
    await trained();
    expect(happened).toEqual([]);
  });

  it('are not asked where the run ends with that round', async () => {
    isOver = true;
    await trained();
    expect(happened).toEqual([]);
    expect(await ngrams.standing()).toEqual({ state: 'unasked', counts: [], failure: null });
    expect(ngrams.isOpen).toBe(false);
  });

  it('are asked nothing more where the coordinator stops meanwhile', async () => {
    isStopping = true;
    await trained();
    expect(happened).toEqual(['all']);
  });

  it('are not asked again where an earlier start has found all, but are where a round of it failed', async () => {
    await chain();
    happened.length = 0;
    ngrams = open();
    await ngrams.open(rounds);
    expect(happened.splice(0)).toEqual([
      'Versions carry 4 words, 3 pairs and 2 triples that phones have in common, found in an earlier start.',
    ]);
    expect(await ngrams.standing()).toEqual({ state: 'found', counts: [4, 3, 2], failure: null });
    await trained();
    expect(happened).toEqual([]);

    events.removeAllListeners();
    await answered(undefined, false);
    ngrams = open();
    await ngrams.open(rounds);
    await trained();
    expect(happened).toEqual(['all', 'ask phrases']);
  });

  it('are asked again where their vocabulary has grown since', async () => {
    await chain();
    happened.length = 0;
    results = results.map(
      each => ({ ...each, query: { ...query, classes: query.classes - 1 } }) as QueryResult,
    );
    events.removeAllListeners();
    ngrams = open();
    await ngrams.open(rounds);
    await trained();
    expect(happened).toEqual(['all', 'ask phrases']);
  });

  it('go on where the start before was ended between two of the rounds, without being asked anew', async () => {
    await answered(undefined);
    const step = await nextNgramStep(query, results, 3);
    events.removeAllListeners();
    happened.length = 0;
    ngrams = open();
    await ngrams.open(rounds);
    await chain(step);
    expect(happened[0]).toMatch(/^Phones are asked on/);
    expect(happened).not.toContain('ask phrases');
    expect(await ngrams.standing()).toEqual({ state: 'found', counts: [4, 3, 2], failure: null });
  });

  it('are asked a round again that fails, and go on', async () => {
    await trained();
    await answered(undefined);
    const step = await nextNgramStep(query, results, 3);
    await answered(step, false);
    expect(happened.at(-1)).toBe('That round failed, and they are asked it again: Too few phones answered.');
    expect((await ngrams.standing()).state).toBe('asking');
    await chain(step);
    expect(await ngrams.standing()).toEqual({ state: 'found', counts: [4, 3, 2], failure: null });
  });

  it('are let go where a round fails again and again, which says why, and what versions have then', async () => {
    await trained();
    await answered(undefined);
    const step = await nextNgramStep(query, results, 3);
    for (let time = 0; time < 3; time++) await answered(step, false);
    const failure =
      'Too few phones answered. Nobody is asked again in this start; the next one with the same --storage asks again.';
    expect(happened.slice(-3)).toEqual([
      `They could not say all of it: ${failure} Versions carry what was found until then, 4 words.`,
      'as before',
      'settled',
    ]);
    expect(await ngrams.standing()).toEqual({ state: 'failed', counts: [4], failure });
    await trained();
    expect(happened.at(-1)).toBe('settled');
  });

  it('are asked the first round again where that fails, and are let go where it does so again and again', async () => {
    await trained();
    for (let time = 1; time <= 3; time++) {
      await answered(undefined, false);
      expect(happened.filter(said => said === 'ask phrases')).toHaveLength(Math.min(time + 1, 3));
    }
    expect(await ngrams.standing()).toMatchObject({
      state: 'failed',
      counts: [],
      failure: expect.stringMatching(/^Too few phones answered\. Nobody/),
    });
  });

  it('go on after a restart that ended a round, unless it failed too often: then they are asked after the next round of training', async () => {
    await answered(undefined);
    const step = await nextNgramStep(query, results, 3);
    for (const failures of [1, 2]) {
      await answered(step, false);
      events.removeAllListeners();
      happened.length = 0;
      ngrams = open();
      await ngrams.open(rounds);
      expect([failures, happened]).toEqual([failures, []]);
      expect(ngrams.isOpen).toBe(true);
    }
    // What was found until a round failed counts for versions already; a later round of the same chain is still to come.
    await answered(step);
    events.removeAllListeners();
    happened.length = 0;
    ngrams = open();
    await ngrams.open(rounds);
    expect(happened).toEqual([]);
    await chain((await nextNgramStep(query, shown(), 3))!);
    expect(await ngrams.standing()).toMatchObject({ state: 'found', counts: [4, 3, 2] });
  });
});

it.each([
  [{ masking: 'off', lose: 0, cohort: 40 }, /masks/],
  [{ masking: 'on', lose: 0.2, cohort: 40 }, /--lose/],
  [{ masking: 'on', lose: 0, cohort: 3 }, undefined],
] as const)('says why nobody is asked (%o)', (options, why) => {
  const said = whyUnasked(options);
  if (why) expect(said).toMatch(why);
  else expect(said).toBeUndefined();
});
