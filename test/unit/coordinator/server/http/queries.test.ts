import { queryResults, taskQueries, taskQuery } from '@murmuration/api/query';
import { csvOf, figuresTable } from '@murmuration/api/query-table';
import { vocabularyStanding } from '@murmuration/api/vocabulary';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import { MaskedDevice } from '../masked-device.ts';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;
afterEach(() => admin.close());

const hour = 3_600_000;

const unasked = {
  threshold: 3,
  period: 24 * hour,
  nextAt: null,
  isWanted: false,
  share: 1,
  further: null,
  privacy: null,
  newest: null,
};

/** A paused task with two queries, and three devices that would answer the first one. */
async function open(queries?: TaskDefinition['queries'], devices = 3): Promise<MaskedDevice[]> {
  admin = await openAdmin({
    task: {
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
      cohort: { goal: devices, minimum: devices, overSelection: 1 },
      queries: queries ?? [
        defineQuery({ name: 'taken', kind: 'count', threshold: 3 }),
        {
          query: defineQuery({ name: 'length', kind: 'sum', least: 0, most: 9, threshold: 3 }),
          every: '1 h',
        },
      ],
    },
  });
  admin.rounds.pause();
  await admin.rounds.start();
  return Array.from({ length: devices }, (_, index) => {
    const device = new MaskedDevice(admin, index);
    device.answer = index > 0;
    return device;
  });
}

describe('queries in the admin API', () => {
  it('are asked, and show what devices say, with who asked in the audit log', async () => {
    const devices = await open();
    const listed = await admin.ask('GET', '/tasks/values/queries', 'viewer');
    expect(taskQueries.parse(listed.body).queries).toEqual([
      { name: 'taken', kind: 'count', every: null, ...unasked },
      // A paused task asks nothing by itself.
      { name: 'length', kind: 'sum', every: hour, ...unasked },
    ]);
    const asked = await admin.ask('POST', '/tasks/values/queries/taken/run', 'operator', {});
    expect(asked.status).toBe(202);
    expect(taskQuery.parse(asked.body)).toMatchObject({ name: 'taken', isWanted: true });
    await admin.clock.advance(0);
    const begun = await admin.ask('GET', '/tasks/values/queries/taken', 'viewer');
    expect(queryResults.parse(begun.body).query.isWanted).toBe(false);
    expect((await admin.ask('GET', '/overview', 'viewer')).body.tasks).toMatchObject([
      { round: { number: 1, query: 'taken' } },
    ]);
    for (const { id } of devices) admin.checkIn(id, ['taken']);
    await admin.clock.advance(0);
    for (let step = 0; step < 5; step++) for (const device of devices) await device.step();
    await admin.clock.advance(0);
    const shown = await admin.ask('GET', '/tasks/values/queries/taken', 'viewer');
    expect(queryResults.parse(shown.body)).toMatchObject({
      query: { newest: { number: 1 } },
      results: [
        {
          query: 'taken',
          devices: 3,
          figures: { kind: 'count', count: 2, share: { value: 2 / 3 } },
          failure: null,
        },
      ],
      next: null,
    });
    expect((await admin.ask('GET', '/overview', 'viewer')).body.tasks).toMatchObject([
      { round: null, last: { number: 1, outcome: 'published', query: 'taken' } },
    ]);
    const { body } = await admin.ask('GET', '/tasks/values/rounds', 'viewer');
    expect(body.rounds).toMatchObject([{ number: 1, query: 'taken', model: null }]);
    expect(await admin.storage.audit.list(99, 9)).toMatchObject([
      {
        action: 'query.run',
        subject: 'values',
        outcome: 'done',
        changes: [{ field: 'query', from: null, to: 'taken' }],
      },
    ]);
  });

  it('say what their noise is, and what is spent of their budgets, until nothing is left', async () => {
    const privacy = { epsilon: 4, delta: 1e-6, rounds: 1 };
    const devices = await open([defineQuery({ name: 'taken', kind: 'count', threshold: 3, privacy })], 6);
    const listed = async () => {
      const { body } = await admin.ask('GET', '/tasks/values/queries', 'viewer');
      return taskQueries.parse(body).queries[0]!;
    };
    expect((await listed()).privacy).toMatchObject({
      ...privacy,
      steps: 0,
      isSpent: false,
      spent: { epsilon: 0 },
    });
    await admin.ask('POST', '/tasks/values/queries/taken/run', 'operator', {});
    await admin.clock.advance(0);
    for (const { id } of devices) admin.checkIn(id, ['taken']);
    await admin.clock.advance(0);
    for (let step = 0; step < 5; step++) for (const device of devices) await codeOfPromise(device.step());
    await admin.clock.advance(0);
    const { newest, privacy: spent } = await listed();
    expect(spent).toMatchObject({ steps: 1, isSpent: true, together: { delta: 1e-6 } });
    expect(spent!.together.epsilon).toBeCloseTo(spent!.spent.epsilon!, 9);
    expect(newest!.privacy!.statement).toMatchObject({
      noiseBy: 'device',
      released: 'every sum of answers to this query',
    });
    const { figures } = newest!;
    if (figures?.kind !== 'count') throw new Error(figures?.kind);
    expect(figures.noise).toBeGreaterThan(1);
    const { head, rows } = figuresTable(figures);
    expect([head.at(-1), rows[0]!.at(-1)]).toEqual(['noise', figures.noise]);
    expect(csvOf({ head, rows }).split('\r\n')[0]).toBe('count,share,low,high,noise');
    const again = await admin.ask('POST', '/tasks/values/queries/taken/run', 'operator', {});
    expect(again).toMatchObject({ status: 409, body: { code: 'privacy.spent' } });
    expect(again.body.detail).toContain('The privacy budget of the query "taken" is spent');
  });

  it('say when they are asked by themselves', async () => {
    await open();
    const next = async () => {
      const { body } = await admin.ask('GET', '/tasks/values/queries', 'viewer');
      return taskQueries
        .parse(body)
        .queries.map(({ nextAt }) => nextAt && Date.parse(nextAt) - admin.clock.now());
    };
    expect(await next()).toEqual([null, null]);
    admin.rounds.unpause();
    // It was never asked.
    expect(await next()).toEqual([null, 0]);
    await admin.clock.advance(0);
    expect(await next()).toEqual([null, hour]);
  });

  it('QY15: say which round comes next of a query that is asked in several, and how often it has failed', async () => {
    const texts = defineQuery({
      name: 'texts',
      kind: 'heavy-hitters',
      threshold: 3,
      texts: 10,
      buckets: 64,
      bytes: 8,
      values: 4,
    });
    const devices = await open([texts]);
    const listed = async () => {
      const { body } = await admin.ask('GET', '/tasks/values/queries', 'viewer');
      return taskQueries.parse(body).queries[0]!.further;
    };
    await admin.ask('POST', '/tasks/values/queries/texts/run', 'operator', {});
    await admin.clock.advance(0);
    expect(await listed()).toBeNull();
    const startedAt = admin.clock.now();
    for (const device of devices) {
      device.answer = { texts: ['omw'], times: 1 };
      admin.checkIn(device.id, ['texts']);
    }
    await admin.clock.advance(0);
    for (let step = 0; step < 5; step++) for (const device of devices) await codeOfPromise(device.step());
    await admin.clock.advance(0);
    // Under way, until nobody has come to any of its rounds.
    expect(await listed()).toBeNull();
    await admin.clock.advance(hour);
    expect(await listed()).toEqual({
      number: 2,
      of: 2,
      failures: 3,
      isAutomatic: false,
      until: new Date(startedAt + 24 * hour).toISOString(),
    });
    await admin.clock.advance(24 * hour);
    expect(await listed()).toBeNull();
  });

  it('say of a task that names no words that its vocabulary does not grow', async () => {
    await open();
    const { body } = await admin.ask('GET', '/tasks/values/vocabulary', 'viewer');
    expect(vocabularyStanding.parse(body)).toEqual({
      words: null,
      growth: null,
      added: null,
      waiting: [],
      proposed: [],
      proposedInAll: 0,
    });
    const grown = await admin.ask('POST', '/tasks/values/vocabulary/grow', 'operator', {});
    expect(grown).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect((await admin.ask('POST', '/tasks/values/vocabulary/grow', 'viewer', {})).status).toBe(403);
    expect((await admin.ask('GET', '/tasks/other/vocabulary', 'viewer')).status).toBe(404);
    for (const words of [[], [''], [7], ['x'.repeat(257)]])
      expect(await admin.ask('POST', '/tasks/values/vocabulary/grow', 'operator', { words })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    const { entries } = (await admin.ask('GET', '/audit', 'viewer')).body as unknown as {
      entries: unknown[];
    };
    expect(entries[0]).toMatchObject({
      action: 'vocabulary.grow',
      subject: 'values',
      outcome: 'request.invalid',
      changes: null,
    });
  });

  it.each([
    ['GET', '/tasks/other/queries', 'task.unknown'],
    ['GET', '/tasks/values/queries/other', 'request.not-found'],
    ['POST', '/tasks/values/queries/other/run', 'request.not-found'],
  ] as const)('%s %s is not found', async (method, path, code) => {
    await open();
    const { status, body } = await admin.ask(method, path, 'operator', method === 'POST' ? {} : undefined);
    expect([status, body.code]).toEqual([404, code]);
  });

  it('are not asked by those who only look', async () => {
    await open();
    const { status } = await admin.ask('POST', '/tasks/values/queries/taken/run', 'viewer', {});
    expect(status).toBe(403);
  });
});
