import { accountOf } from '@murmuration/privacy/accountants/account';
import { answerNoise } from '@murmuration/privacy/mechanisms/answer-noise';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import type { Answer } from '@murmuration/protocol/queries/vector';
import { releasedOf } from '@murmuration/rounds/privacy/released';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf, codeOfPromise } from '../../../codes.ts';
import { type Federation, openFederation } from '../../server/federation.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const minute = 60_000;
const hour = 60 * minute;
let federation: Federation;

afterEach(() => federation.rounds.stop());

const budget = { epsilon: 4, delta: 1e-6, rounds: 3 };
const define = (definition: object = {}): Query =>
  defineQuery({
    name: 'asked',
    kind: 'count',
    threshold: 3,
    period: 0,
    privacy: budget,
    ...definition,
  } as QueryDefinition);

const taskOf = (
  queries: TaskDefinition['queries'],
  devices: number,
  change = {},
): Partial<TaskDefinition> => ({
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weighting: 'uniform' },
  cohort: { goal: devices, minimum: devices - 2, overSelection: 1 },
  deadlines: { gathering: '10 s', messages: '60 s', updates: '60 s', grace: '2 s' },
  queries,
  ...change,
});

interface Opened {
  readonly queries: TaskDefinition['queries'];
  readonly answers: readonly Answer[];
  readonly change?: Partial<TaskDefinition>;
  readonly ledger?: ReturnType<typeof memoryPrivacy>;
  readonly left?: Federation['kept'];
  readonly seed?: number;
}

/** Devices of a paused task, which wait for its queries. */
async function open({ queries, answers, change, ...options }: Opened): Promise<MaskedDevice[]> {
  const store = new MemoryRounds();
  federation = await openFederation({ store, task: taskOf(queries, answers.length, change), ...options });
  federation.rounds.pause();
  await federation.rounds.start();
  return answers.map((answer, index) => {
    const device = new MaskedDevice(federation, index);
    device.answer = answer;
    return device;
  });
}

async function gather(devices: readonly MaskedDevice[], name?: string): Promise<void> {
  await federation.clock.advance(0);
  for (const { id } of devices) federation.checkIn(id, name === undefined ? undefined : [name]);
  await federation.clock.advance(0);
}

/** Everybody sends what it can until the round is over. */
async function finish(devices: readonly MaskedDevice[]): Promise<void> {
  const before = federation.records.length;
  for (let time = 0; time < 12 && federation.records.length === before; time++) {
    for (let step = 0; step < 6; step++)
      for (const device of devices)
        expect(['nothing thrown', 'round.closed']).toContain(await codeOfPromise(device.step()));
    await federation.clock.advance(0);
    if (federation.records.length === before) await federation.clock.advance(minute);
  }
}

/** A whole round of a query. */
async function ask(devices: readonly MaskedDevice[], name = 'asked'): Promise<void> {
  federation.rounds.ask(name);
  await gather(devices, name);
  await finish(devices);
}

const results = (name = 'asked') => federation.queryResults.results(federation.task.name, name, 1e9, 100);
const yes = (devices: number): Answer[] => Array(devices).fill(true);
const statusOf = (query: Query) => federation.privacy.answers.statusOf(federation.task, query)!;

describe('a query with a privacy budget', () => {
  it('QY10: asks for the noise that its ε takes over all of its sums, in the smallest of them', async () => {
    const query = define();
    await open({ queries: [query], answers: yes(12) });
    federation.rounds.ask('asked');
    await federation.clock.advance(0);
    const { plan } = federation.rounds.current!.terms;
    const { noise, ...said } = plan.privacy!;
    expect(said).toMatchObject({ step: 0, separation: 1, participations: 3, epsilon: 4, delta: 1e-6 });
    expect(noise).toMatchObject({ kind: 'skellam', quorum: 10, values: 1 });
    // Of the ten, one may leave its noise out.
    const of = answerNoise(plan, query, noise!);
    expect(of).toMatchObject({ quorum: 9, clip: 1, values: 1, whole: true });
    const { epsilonAt } = accountOf({ kind: 'repeated', times: 3, of });
    expect(epsilonAt(1e-6)).toBeLessThanOrEqual(4);
    expect(epsilonAt(1e-6)).toBeGreaterThan(3.99);
  });

  it('shows figures with the standard deviation of the noise, and what they cost', async () => {
    const devices = await open({ queries: [define()], answers: yes(12) });
    await ask(devices);
    const { variance } = federation.rounds.current!.terms.plan.privacy!.noise!;
    const [result] = await results();
    expect(result).toMatchObject({ devices: 12, failure: null, privacy: { step: 0 } });
    expect(result!.figures).toMatchObject({ kind: 'count', noise: Math.sqrt(12 * variance) });
    const { statement } = result!.privacy!;
    expect(statement).toMatchObject({
      holds: true,
      noiseBy: 'device',
      delta: 1e-6,
      clip: 1,
      participations: 1,
    });
    expect(statement.holds && statement.epsilon).toBeGreaterThan(1);
    expect(statement.holds && statement.epsilon).toBeLessThan(4);
  });

  it('QY10: is spent by as many sums as it is for, and is not asked any more, by nobody and no schedule', async () => {
    const query = define();
    const kept = memoryPrivacy();
    const asked = [{ query, every: '1 h' }];
    const change = { schedule: { every: '50 h' } };
    const devices = await open({ queries: asked, answers: yes(12), ledger: kept, change });
    for (let round = 0; round < 3; round++) await ask(devices);
    const { steps, isSpent, statement } = statusOf(query);
    expect([steps, isSpent]).toEqual([3, true]);
    expect(statement.holds && statement.epsilon).toBeLessThanOrEqual(4);
    // Twelve devices added noise each time, and ten would have done.
    expect(statement.holds && statement.epsilon).toBeGreaterThan(3.4);
    expect(codeOf(() => federation.rounds.ask('asked'))).toBe('privacy.spent');
    expect(() => federation.rounds.ask('asked')).toThrow('is spent: it was for 3 sums');
    expect(await codeOfPromise(federation.rounds.askLastingly('asked'))).toBe('privacy.spent');
    federation.rounds.unpause();
    await federation.clock.advance(5 * hour);
    expect(federation.records.filter(({ query }) => query !== undefined)).toHaveLength(3);
    expect(federation.rounds.isSpent).toBe(false);
    // Also by a coordinator after this one, and under terms that have no more to spend.
    await federation.rounds.stop();
    await open({ queries: [query], answers: yes(12), ledger: kept, seed: 2 });
    expect(codeOf(() => federation.rounds.ask('asked'))).toBe('privacy.spent');
    await federation.rounds.stop();
    const less = define({ privacy: { ...budget, epsilon: 2 } });
    await open({ queries: [less], answers: yes(12), ledger: kept, seed: 3 });
    expect(() => federation.rounds.ask('asked')).toThrow('have spent its privacy budget of ε = 2 before');
    await federation.rounds.stop();
    // A larger one has something left, for more noise than without what was spent.
    const more = define({ privacy: { ...budget, epsilon: 6 } });
    const again = await open({ queries: [more], answers: yes(12), ledger: kept, seed: 4 });
    await ask(again);
    expect(statusOf(more)).toMatchObject({ steps: 1, isSpent: false });
    const budgets = await kept.queryBudgets(federation.task.name);
    expect(budgets).toHaveLength(2);
    const parts = budgets.map(({ terms }) => releasedOf(terms!, [0, 0, 0]));
    const whole = accountOf({ kind: 'composed', parts }).epsilonAt(1e-6);
    expect(whole).toBeLessThanOrEqual(6);
    expect(whole).toBeGreaterThan(5.99);
  });

  it('takes a step once, also where a restart comes between the step and the result', async () => {
    const kept = memoryPrivacy();
    const query = define();
    const devices = await open({ queries: [query], answers: yes(12), ledger: kept });
    federation.rounds.ask('asked');
    await gather(devices, 'asked');
    const { terms } = federation.rounds.current!;
    const before = await federation.privacy.answers.release(terms, 12);
    expect(await federation.privacy.answers.release(terms, 12)).toEqual(before);
    await finish(devices);
    expect(statusOf(query).steps).toBe(1);
    expect((await results())[0]!.privacy!.step).toBe(0);
    expect(
      await codeOfPromise(federation.privacy.answers.release({ ...terms, id: 'x'.repeat(22) as never }, 12)),
    ).toBe('round.closed');
  });

  it('has no ε where sums were shown without noise, before or in between', async () => {
    const kept = memoryPrivacy();
    const bare = defineQuery({ name: 'asked', kind: 'count', threshold: 3, period: 0 });
    const same = { answers: yes(12), ledger: kept };
    await ask(await open({ ...same, queries: [bare], seed: 1 }));
    await federation.rounds.stop();
    await ask(await open({ ...same, queries: [define()], left: federation.kept, seed: 2 }));
    expect(statusOf(define()).statement).toMatchObject({ holds: false });
    await federation.rounds.stop();
    const other = memoryPrivacy();
    await ask(await open({ queries: [define()], answers: yes(12), ledger: other, seed: 3 }));
    expect(statusOf(define()).statement).toMatchObject({ holds: true });
    await federation.rounds.stop();
    await ask(await open({ queries: [bare], answers: yes(12), ledger: other, seed: 4 }));
    await federation.rounds.stop();
    await open({ queries: [define()], answers: yes(12), ledger: other, seed: 5 });
    expect(statusOf(define()).statement).toMatchObject({ holds: false });
  });
});

describe('the noise that comes out of masked rounds', () => {
  it('QY10: has the variance that is accounted for, around the true sum', async () => {
    const query = define({ privacy: { epsilon: 8, delta: 1e-6, rounds: 400 } });
    const items = Array.from({ length: 64 }, (_, i) => `item-${i}`);
    const top = define({ name: 'items', kind: 'top', items, values: 2, privacy: query.privacy });
    const answers = Array.from({ length: 6 }, () => ['item-0', 'item-1']);
    const change = { cohort: { goal: 6, minimum: 6, overSelection: 1 } };
    const devices = await open({ queries: [top], answers, change });
    const noise: number[] = [];
    let deviation = 0;
    for (let round = 0; round < 12; round++) {
      federation.rounds.ask('items');
      await gather(devices, 'items');
      await finish(devices);
      // What devices sent, before their masks: its sum is the true one and the noise.
      const sums = devices.map(device => [...device.plain.values()].at(-1)!);
      for (let i = 0; i <= 64; i++) noise.push(sums.reduce((all, sum) => all + sum[i]!, 0) - (i < 2 ? 6 : 0));
      const [{ figures } = { figures: null }] = await results('items');
      if (figures?.kind !== 'top') throw new Error(figures?.kind);
      deviation = figures.noise!;
      const shown = new Map(figures.items.map(({ item, count }) => [item, count]));
      const last = noise.slice(-65);
      for (const [i, item] of items.entries())
        expect(shown.get(item)).toBe(Math.max(0, Math.min(12, last[i]! + (i < 2 ? 6 : 0))));
    }
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length;
    // 780 numbers: five standard errors.
    expect(Math.abs(mean)).toBeLessThan((5 * deviation) / Math.sqrt(noise.length));
    expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / noise.length));
  });
});

describe('a task with a privacy budget', () => {
  const privacy = { epsilon: 4, delta: 1e-6, rounds: 10, noise: 'skellam' } as const;

  it('RD15: carries queries with noise of their own, and all plans say what both come to together', async () => {
    const query = define({ privacy: { epsilon: 1, delta: 1e-7, rounds: 5 } });
    const change = { privacy, cohort: { goal: 12, minimum: 10, overSelection: 1 } };
    const devices = await open({ queries: [query], answers: yes(12), change });
    federation.rounds.ask('asked');
    await gather(devices, 'asked');
    const asked = federation.rounds.current!.terms.plan.privacy!;
    await finish(devices);
    federation.rounds.beginNow();
    await gather(devices);
    const trains = federation.rounds.current!.terms.plan.privacy!;
    expect([trains.epsilon, trains.delta]).toEqual([asked.epsilon, asked.delta]);
    expect(asked.delta).toBe(1e-6);
    expect(asked.epsilon).toBeGreaterThan(4);
    expect(asked.epsilon).toBeLessThan(5);
    expect(trains.budget).not.toBe(asked.budget);
    const { epsilon, delta } = federation.privacy.togetherOf(federation.task);
    const { statement } = statusOf(query);
    expect(delta).toBe(1e-6);
    // Nothing was released yet but answers.
    expect(epsilon).toBeLessThanOrEqual(statement.holds ? statement.epsilon : 0);
    expect(epsilon).toBeGreaterThan(0);
  });

  it('says its own ε where it asks nothing, or its query is the only one', async () => {
    await open({ queries: [], answers: yes(12), change: { privacy } });
    expect(federation.privacy.totalOf(federation.task, 4)).toEqual({ epsilon: 4, delta: 1e-6 });
    await federation.rounds.stop();
    await open({ queries: [define()], answers: yes(12) });
    expect(federation.privacy.totalOf(federation.task, 4)).toEqual({ epsilon: 4, delta: 1e-6 });
  });

  it('says what was spent of queries that it has no more', async () => {
    const kept = memoryPrivacy();
    const devices = await open({ queries: [define()], answers: yes(12), ledger: kept });
    await ask(devices);
    await federation.rounds.stop();
    await open({ queries: [], answers: yes(12), change: { privacy }, ledger: kept, seed: 2 });
    expect(federation.privacy.totalOf(federation.task, 4).epsilon).toBeGreaterThan(4);
    expect(federation.privacy.answers.hasAny(federation.task)).toBe(true);
  });
});
