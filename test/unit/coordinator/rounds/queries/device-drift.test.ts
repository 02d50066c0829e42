import { comparedWindow } from '@murmuration/coordinator/inference/compared-window';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { ComparedWindow } from '@murmuration/rounds/events/monitored';
import { DeviceDrift, refuseUnwatched } from '@murmuration/rounds/queries/device-drift';
import {
  type QueryResult,
  type QueryResultStore,
  queryResultsIn,
} from '@murmuration/rounds/registry/query-results';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { memoryDrift } from '@murmuration/serving/monitor/drift/drift-store';
import { DriftWatch } from '@murmuration/serving/monitor/drift/drift-watch';
import { driftSchema } from '@murmuration/serving/monitor/settings';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { beforeEach, describe, expect, it } from 'vitest';
import { valuesTask } from '../../server/federation.ts';

const hour = 3_600_000;
const length = (change: object = {}) =>
  defineQuery({
    name: 'message-length',
    kind: 'histogram',
    bins: { edges: [0, 5, 10, 20, 40] },
    values: 10,
    threshold: 3,
    ...change,
  } as never);
const languages = defineQuery({
  name: 'languages',
  kind: 'top',
  items: ['de', 'en'],
  values: 10,
  threshold: 3,
});

let clock: VirtualClock;
let results: QueryResultStore;
let history: ReturnType<typeof memoryHistory>;
let driftStore: ReturnType<typeof memoryDrift>;
let deviceDrift: DeviceDrift;
let found: ComparedWindow[];
let faults: unknown[];
let watch: DriftWatch;
let rounds: number;

beforeEach(async () => {
  clock = new VirtualClock(hour);
  const documents = memoryDocuments();
  results = queryResultsIn(documents);
  history = memoryHistory(undefined, undefined, documents);
  driftStore = memoryDrift();
  faults = [];
  rounds = 0;
  await open();
});

/** As a coordinator does when it starts. */
async function open(query: Query = length()): Promise<void> {
  found = [];
  watch = new DriftWatch(
    { ...driftSchema.parse({ atLeast: 100 })!, reference: 100 },
    {
      clock,
      store: driftStore,
      events: {
        compared: window => found.push(comparedWindow(window, () => 7)),
        fault: (_, error) => faults.push(error),
      },
    },
  );
  deviceDrift = new DeviceDrift({ tasks: tasksOf(query), queryResults: results, driftStore, watch });
  await deviceDrift.open();
}

function tasksOf(query: Query): AllRounds {
  const task = valuesTask({
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
    update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
    cohort: { goal: 20, minimum: 10 },
    queries: [
      { query, drift: true },
      { query: languages, every: '1 d', drift: true },
      { query: defineQuery({ ...languages, name: 'unwatched' } as never) },
    ],
  });
  return new Map([['values', { task }]]) as unknown as AllRounds;
}

/** A round in which devices answered; its end is told. */
async function answered(query: Query, answers: readonly Answer[]): Promise<void> {
  await clock.advance(1_000);
  const sum = new Int32Array(queryForm(query, answers.length).elements);
  for (const answer of answers)
    for (const [i, element] of encodeAnswer(query, answer).entries()) sum[i]! += element;
  rounds += 1;
  const result: QueryResult = {
    task: 'values' as TaskName,
    query,
    round: `round-${rounds}`.padEnd(22, '-') as RoundId,
    number: rounds,
    startedAt: clock.now() - 1_000,
    endedAt: clock.now(),
    devices: answers.length,
    figures: figuresOf(query, sum, answers.length),
    failure: null,
  };
  await history.commit({ result });
  await deviceDrift.roundEnded({ ...result, query: query.name });
  await settled();
}

/** All is in memory: what listeners begin is done once nothing but timers is left. */
async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
  await watch.settled();
}

/** Ten devices with ten messages each, about so long. */
function messages(around: number): number[][] {
  return Array.from({ length: 10 }, () => Array.from({ length: 10 }, (_, i) => around * (0.5 + i / 10)));
}

describe('drift on devices', () => {
  it('is found where what devices answer is no longer what they answered first', async () => {
    await answered(length(), messages(8));
    expect(await driftStore.reference('values', 'devices: message-length')).toMatchObject({ rows: 100 });
    await clock.advance(hour);
    await answered(length(), messages(8));
    await clock.advance(hour);
    await watch.settled();
    expect(found).toMatchObject([{ task: 'values', version: 7, query: 'message-length', isDrifted: false }]);
    await answered(length(), messages(24));
    await clock.advance(hour);
    await watch.settled();
    expect(found[1]).toMatchObject({
      query: 'message-length',
      isDrifted: true,
      features: [{ name: 'message-length', test: 'jensen-shannon', drifted: true }],
    });
    expect(faults).toEqual([]);
  });

  it('is not, where people expect it', async () => {
    await watch.change('values', { expected: ['message-length'] });
    await answered(length(), messages(8));
    await answered(length(), messages(24));
    await clock.advance(hour);
    await watch.settled();
    expect(found).toMatchObject([{ isDrifted: false, features: [{ drifted: false }] }]);
  });

  it('is found in rankings, and only where a task watches for it', async () => {
    const of = (...all: string[]) => Array.from({ length: 20 }, () => all);
    const unwatched = defineQuery({ ...languages, name: 'unwatched' } as never);
    for (const query of [languages, unwatched]) {
      await answered(query, of('de', 'de', 'de', 'en', 'en'));
      await answered(query, of('en', 'fr', 'fr', 'en', 'en'));
    }
    await clock.advance(hour);
    await watch.settled();
    expect(found).toMatchObject([{ query: 'languages', isDrifted: true }]);
  });

  it('waits for enough values, over rounds and restarts, and counts none twice', async () => {
    const few = () => messages(8).slice(0, 4);
    for (let round = 0; round < 2; round++) await answered(length(), few());
    await open();
    await answered(length(), few());
    // Of three rounds of 40 values.
    expect(await driftStore.reference('values', 'devices: message-length')).toMatchObject({ rows: 120 });
    for (let round = 0; round < 2; round++) await answered(length(), few());
    await clock.advance(2 * hour);
    await open();
    expect((await watch.state('values', 'devices: message-length')).rows).toBe(80);
    await answered(length(), few());
    expect(found).toMatchObject([{ isDrifted: false }]);
    const [window] = await driftStore.windows('values', 'devices: message-length', 9);
    expect(window!.rows).toBe(120);
    await open();
    await answered(length(), few());
    expect((await watch.state('values', 'devices: message-length')).rows).toBe(40);
    expect(faults).toEqual([]);
  });

  it('is compared with nothing that was counted by other bins', async () => {
    await answered(length(), messages(8));
    const other = length({ bins: { edges: [0, 100] } });
    await open(other);
    await answered(other, messages(8));
    expect(await driftStore.reference('values', 'devices: message-length')).toMatchObject({
      rows: 100,
      plan: { features: { 'message-length': { bins: { edges: [0, 100] } } } },
    });
    await clock.advance(hour);
    await watch.settled();
    expect(found).toEqual([]);
  });

  it('can not be watched where the configuration watches nothing', () => {
    expect(() => refuseUnwatched(tasksOf(length()))).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
    expect(() => refuseUnwatched(new Map())).not.toThrow();
  });
});
