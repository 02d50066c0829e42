import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { OutcomesQuery } from '@murmuration/protocol/queries/query';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';

const hour = 3_600_000;
const day = 24 * hour;
const [first, second] = [1, 2].map(version => String(version).padStart(64, '0') as ModelHash) as [
  ModelHash,
  ModelHash,
];

let clock: VirtualClock;
let storage: Storage;
let record: OutcomeRecord;
let predictions: number;

beforeEach(() => {
  clock = new VirtualClock();
  storage = memoryStorage();
  record = open();
  predictions = 0;
});

const open = () => new OutcomeRecord({ storage, task: 'keyboard' as TaskName, clock });
const predicted = (model: ModelHash | null = first) =>
  predictionId({ model, at: clock.now() }, predictions++);
const query = (change: object = {}) =>
  defineQuery({
    name: 'live',
    kind: 'outcomes',
    outcomes: ['accepted', 'ignored'],
    versions: [first, second],
    ...change,
  } as never) as OutcomesQuery;

async function tell(times: number, outcome: string, model: ModelHash | null = first): Promise<void> {
  for (let time = 0; time < times; time++) await record.add(predicted(model), outcome);
}

describe('the record of outcomes of a device', () => {
  it('counts them by version, over restarts, and tells those alone that a query names', async () => {
    await tell(3, 'accepted');
    await tell(2, 'ignored');
    await tell(1, 'constructor');
    await tell(4, 'accepted', second);
    await tell(5, 'accepted', null);
    expect(await open().answer(query())).toEqual({
      [first]: { accepted: 3, ignored: 2 },
      [second]: { accepted: 4, ignored: 0 },
    });
    expect(await record.answer(query({ versions: [second] }))).toEqual({
      [second]: { accepted: 4, ignored: 0 },
    });
    expect(await record.answer(query({ versions: [] }))).toBeUndefined();
    // Which outcomes a query names does not decide whether the device answers.
    expect(await record.answer(query({ outcomes: ['shared'] }))).toEqual({
      [first]: { shared: 0 },
      [second]: { shared: 0 },
    });
  });

  it('counts each once, late ones too, and refuses a second and different one', async () => {
    const id = predicted();
    await clock.advance(30 * day);
    await record.add(id, 'accepted');
    await open().add(id, 'accepted');
    expect(await codeOfPromise(record.add(id, 'ignored'))).toBe('feedback.conflict');
    expect(await record.answer(query())).toEqual({ [first]: { accepted: 1, ignored: 0 } });
    const late = predicted();
    await clock.advance(31 * day);
    expect(await codeOfPromise(record.add(late, 'accepted'))).toBe('request.not-found');
  });

  it.each([
    ['an id that is none', 'first', 'accepted', 'request.not-found'],
    ['an id that is no text', undefined, 'accepted', 'request.not-found'],
    ['an outcome that is none', '.0.0', '', 'request.invalid'],
    ['an outcome that is no text', '.0.0', true, 'request.invalid'],
    ['an outcome that is too long', '.0.0', 'a'.repeat(129), 'request.invalid'],
  ])('refuses %s, and changes nothing', async (_, id, outcome, code) => {
    await tell(1, 'accepted');
    const before = await storage.get('outcomes.keyboard');
    expect(await codeOfPromise(record.add(id as string, outcome as string))).toBe(code);
    expect(await storage.get('outcomes.keyboard')).toEqual(before);
  });

  it('answers for the period of the query, so that what was told is in no two answers of a device', async () => {
    await clock.advance(10 * day);
    await tell(2, 'accepted');
    await clock.advance(day);
    await tell(3, 'ignored');
    expect(await record.answer(query({ period: '1 d' }))).toEqual({ [first]: { accepted: 0, ignored: 3 } });
    expect(await record.answer(query({ period: '2 d' }))).toEqual({ [first]: { accepted: 2, ignored: 3 } });
    await clock.advance(day);
    expect(await record.answer(query({ period: '1 d' }))).toBeUndefined();
    // By the hour by now.
    await tell(1, 'accepted');
    expect(await record.answer(query({ period: '4 d' }))).toEqual({ [first]: { accepted: 3, ignored: 3 } });
  });

  it('tells of the newest predictions, where there are more than a query counts', async () => {
    await clock.advance(day);
    await tell(6, 'accepted');
    await clock.advance(hour);
    await tell(3, 'ignored');
    expect(await record.answer(query({ values: 5 }))).toEqual({ [first]: { accepted: 2, ignored: 3 } });
    expect(await record.answer(query({ values: 2 }))).toEqual({ [first]: { accepted: 0, ignored: 2 } });
  });

  it('stays small, whatever an app tells', async () => {
    const keys = Array.from({ length: 40 }, (_, version) => String(version).padStart(64, '0') as ModelHash);
    for (const model of keys)
      for (let time = 0; time < 20; time++) {
        await clock.advance(61_000);
        await tell(1, 'accepted', model);
      }
    expect((await storage.get('outcomes.keyboard'))!.length).toBeLessThan(64_000);
    const codes = [];
    for (let outcome = 0; outcome < 17; outcome++)
      codes.push(await codeOfPromise(record.add(predicted(), `outcome ${outcome}`)));
    expect(codes.at(-1)).toBe('request.invalid');
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(['nothing thrown']));
  });

  it('begins again where it can not be read', async () => {
    await storage.put('outcomes.keyboard', Uint8Array.of(1, 2, 3));
    await tell(1, 'accepted');
    expect(await record.answer(query())).toEqual({ [first]: { accepted: 1, ignored: 0 } });
  });
});
