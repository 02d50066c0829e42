import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { attributesOf, structured } from '@murmuration/serving/request-log/event';
import { logKey } from '@murmuration/serving/request-log/key';
import { Redaction, type Rule } from '@murmuration/serving/request-log/redaction';
import { RequestLog, type RequestLogOptions } from '@murmuration/serving/request-log/request-log';
import type { LogSink } from '@murmuration/serving/request-log/sink';
import type { Exchange } from '@murmuration/serving/server/events';
import type { InferRequest } from '@murmuration/serving/server/request';
import { CloudEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FailingSink, KeepingSink, SilentSink } from './sinks.ts';

const key = logKey(new Uint8Array(32).fill(7));
const everything: Rule = { model: '*', tensors: ['*'], parameters: ['*'], headers: ['*'] };
const texts = (name: string, ...data: readonly string[]): Tensor => ({
  name,
  datatype: 'BYTES',
  shape: [data.length],
  data: data.map(text => new TextEncoder().encode(text)),
});
const numbers = (name: string, ...data: readonly number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape: [1, data.length],
  data: Float32Array.from(data),
});

/** Takes turns when it is told to: nothing of the log happens before. */
class Turns {
  #due: (() => void)[] = [];
  now = () => 0;
  soon = (run: () => void) => {
    this.#due.push(run);
  };

  take(): void {
    while (this.#due.length > 0) for (const run of this.#due.splice(0)) run();
  }
}

interface World {
  readonly log: RequestLog;
  readonly clock: VirtualClock;
  readonly turns: Turns;
  readonly dropped: Map<string, number>;
  readonly written: Map<string, number>;
  readonly faults: unknown[];
}

function open(sinks: readonly LogSink[], changes: Partial<RequestLogOptions> = {}): World {
  const clock = new VirtualClock();
  const turns = new Turns();
  const dropped = new Map<string, number>();
  const written = new Map<string, number>();
  const faults: unknown[] = [];
  let random = 0;
  const log = new RequestLog(
    {
      rate: () => 1,
      redaction: new Redaction([], [], null),
      payload: 65_536,
      person: null,
      limits: { entries: 1_000, bytes: 1 << 20, batch: 100, delay: 10 },
      ...changes,
    },
    sinks,
    {
      clock,
      turns,
      random: length => new Uint8Array(length).fill(random++),
      events: {
        logged: (sink, events) => written.set(sink, (written.get(sink) ?? 0) + events),
        unlogged: (sink, events, reason) => {
          const name = `${sink} ${reason}`;
          dropped.set(name, (dropped.get(name) ?? 0) + events);
        },
        fault: (_, error) => faults.push(error),
      },
    },
  );
  return { log, clock, turns, dropped, written, faults };
}

function exchange(request: Partial<InferRequest> = {}, more: Partial<Exchange> = {}): Exchange {
  const whole: InferRequest = {
    model: 'words',
    inputs: [texts('text', 'my secret diary')],
    protocol: 'oip',
    id: 'request-1',
    ...request,
  };
  return {
    model: whole.model,
    version: '3',
    protocol: whole.protocol,
    error: null,
    end: 'answered',
    ms: 12.3456789,
    queueMs: 1,
    request: whole,
    response: {
      model: whole.model,
      version: '3',
      hash: 'a'.repeat(64) as ModelHash,
      outputs: [texts('words', 'suggested'), numbers('scores', 0.5)],
    },
    ...more,
  };
}

it.each([
  ['a job', { protocol: 'precompute' }],
  ['a device that can’t run the model', { protocol: 'device', inputs: [], row: [1, 2] }],
])('logs nothing of %s', async (_, request) => {
  expect(await logged([exchange(request)])).toEqual([]);
});

async function logged(
  exchanges: readonly Exchange[],
  changes: Partial<RequestLogOptions> = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const sink = new KeepingSink();
  const { log, turns, clock, faults } = open([sink], changes);
  for (const each of exchanges) log.record(each);
  turns.take();
  await clock.advance(1_000);
  await log.close();
  expect(faults).toEqual([]);
  return sink.events.map(event => JSON.parse(structured(event)));
}

const redacting = (allow: readonly Partial<Rule>[], redact: readonly Partial<Rule>[] = []) => {
  const none: Rule = { model: '*', tensors: [], parameters: [], headers: [] };
  return {
    redaction: new Redaction(
      allow.map(rule => ({ ...none, ...rule })),
      redact.map(rule => ({ ...none, ...rule })),
      null,
    ),
  };
};

describe('what is logged of a request', () => {
  it('are two events, as KServe has them, that the library of CloudEvents takes', async () => {
    const [request, response] = await logged([exchange()]);
    expect(request).toEqual({
      specversion: '1.0',
      id: 'request-1',
      source: '/murmuration/inference',
      type: 'org.kubeflow.serving.inference.request',
      time: '2025-12-31T23:59:59.987Z',
      datacontenttype: 'application/json',
      inferenceservicename: 'words',
      namespace: 'default',
      component: 'predictor',
      endpoint: 'default',
      recordedtime: '2026-01-01T00:00:00.000Z',
      protocol: 'oip',
      modelversion: '3',
      data: {
        id: 'request-1',
        model_name: 'words',
        inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], bytes: 15 }],
      },
    });
    expect(response).toMatchObject({
      id: 'request-1',
      type: 'org.kubeflow.serving.inference.response',
      data: {
        model_version: '3',
        status: 'ok',
        ms: 12.346,
        queue_ms: 1,
        outputs: [
          { name: 'words', datatype: 'BYTES', shape: [1], bytes: 9 },
          { name: 'scores', datatype: 'FP32', shape: [1, 1], bytes: 4 },
        ],
      },
    });
    for (const event of [request, response]) expect(new CloudEvent(event as object).validate()).toBe(true);
  });

  it('is nothing that anybody sent, where nobody sets anything', async () => {
    const secrets = ['my secret diary', 'suggested', '0.5', 'Ada', 'Bearer', 'private'];
    const events = await logged([
      exchange({
        headers: {
          authorization: 'Bearer private',
          cookie: 'private',
          'x-user': 'Ada',
          'x-token': 'private',
        },
        parameters: { user: 'Ada', note: 'private' },
      }),
      // Names that fit no model are a client's own words.
      exchange(
        { model: 'my secret diary', inputs: [texts('private', 'my secret diary')] },
        { version: '', response: null, error: new MurmurationError('model.missing', 'private') },
      ),
      exchange(
        { inputs: [texts('my secret diary', 'private')] },
        { response: null, error: new MurmurationError('inference.input', 'private') },
      ),
    ]);
    expect(events).toHaveLength(6);
    const text = JSON.stringify(events);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('holds values that a rule allows: numbers by a star, texts by their name', async () => {
    const of = async (...rules: Parameters<typeof redacting>) => {
      const events = await logged([exchange()], redacting(...rules));
      return JSON.stringify(events.map(({ data }) => data));
    };
    const star = await of([{ tensors: ['*'] }]);
    expect(star).toContain('"data":[0.5]');
    expect(star).not.toContain('diary');
    expect(star).not.toContain('suggested');
    expect(await of([{ tensors: ['text'] }])).toContain('"data":["my secret diary"]');
    expect(await of([{ tensors: ['text'] }], [{ tensors: ['*'] }])).not.toContain('diary');
    expect(await of([{ tensors: ['text', '*'] }], [{ tensors: ['text'] }])).not.toContain('diary');
    expect(await of([{ model: 'other', tensors: ['text', '*'] }])).not.toContain('data":[');
    expect(await of([{ tensors: ['text'] }], [{ model: 'other', tensors: ['text'] }])).toContain('diary');
  });

  it('never holds what lets others in, nor whom it is about, whatever the rules allow', async () => {
    const field = { in: 'header', name: 'x-user' } as const;
    const person = { field, key };
    const redaction = new Redaction([everything], [], field);
    const headers = {
      authorization: 'Bearer private',
      'proxy-authorization': 'private',
      cookie: 'private',
      'x-api-key': 'private',
      'x-user': 'Ada',
      'user-agent': 'curl',
    };
    const events = await logged([exchange({ headers, parameters: { password: 'private', k: 3 } })], {
      person,
      redaction,
    });
    const text = JSON.stringify(events);
    for (const secret of ['private', 'Ada', 'Bearer']) expect(text).not.toContain(secret);
    expect(events[0]).toMatchObject({ person: key.person('Ada'), metadata: '{"user-agent":"curl"}' });
    expect(events[0]?.data).toMatchObject({ parameters: { k: 3 } });
    const other = await logged([exchange({ headers: { ...headers, 'x-user': 'Bob' } })], { person });
    expect(other[0]?.person).toBe(key.person('Bob'));
    expect(other[0]?.person).not.toBe(events[0]?.person);
  });

  it('writes every value so that JSON has it', async () => {
    const inputs: Tensor[] = [
      numbers('floats', Number.NaN, Number.POSITIVE_INFINITY, -0, 1.5),
      { name: 'wide', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 62n + 1n) },
      { name: 'bytes', datatype: 'BYTES', shape: [2], data: [Uint8Array.of(0xff, 0), Uint8Array.of(65)] },
    ];
    const sink = new KeepingSink();
    const { log, turns, clock } = open([sink], redacting([{ tensors: ['*', 'bytes'] }]));
    log.record(exchange({ inputs }));
    turns.take();
    await clock.advance(1_000);
    const text = structured(sink.events[0]!);
    expect(JSON.parse(text).data.inputs.map(({ data }: { data: unknown }) => data)).toEqual([
      ['NaN', 'Infinity', -0, 1.5],
      [4_611_686_018_427_388_000],
      [{ b64: '/wA=' }, 'A'],
    ]);
    expect(text).toContain('[4611686018427387905]');
  });

  it('leaves out values that are too long, and says so', async () => {
    const [request] = await logged([exchange({ inputs: [numbers('a', 1, 2), numbers('b', 3, 4)] })], {
      ...redacting([{ tensors: ['*'] }]),
      payload: 12,
    });
    expect(request?.data).toMatchObject({ inputs: [{ data: [1, 2] }, { name: 'b', cut: true, bytes: 8 }] });
  });

  it('writes no header that a proxy or an app lets others in by, whatever a rule of all says', async () => {
    const hostile = [
      'cf-access-jwt-assertion',
      'x-goog-iap-jwt-assertion',
      'x-amzn-oidc-data',
      'ocp-apim-subscription-key',
      'x-functions-key',
      'x-murmuration-key',
      'x-hub-signature',
      'stripe-signature',
      'x-of-tomorrow',
    ];
    const headers = Object.fromEntries([
      ...hostile.map(header => [header, 'private']),
      ['user-agent', 'tester'],
    ]);
    const all = { model: '*', tensors: [], parameters: [], headers: ['*'] };
    const text = JSON.stringify(
      await logged([exchange({ headers })], { redaction: new Redaction([all], [], null) }),
    );
    expect(text).toContain('tester');
    expect(text).not.toContain('private');
    // Those of which the name says that they are secrets, not even by their names.
    const named = { ...all, headers: hostile };
    const again = JSON.parse(
      (await logged([exchange({ headers })], { redaction: new Redaction([named], [], null) }))[0]!
        .metadata as string,
    );
    expect(Object.keys(again)).toEqual(['x-murmuration-key', 'x-of-tomorrow']);
  });

  it('has one id on both events: the client’s, a header’s, or one by chance', async () => {
    const id = async (request: Partial<InferRequest>) => {
      const events = await logged([exchange(request)]);
      expect(events[0]?.id).toBe(events[1]?.id);
      return events[0]?.id;
    };
    const headers = { 'x-request-id': 'from-header' };
    expect(await id({ id: 'mine', headers })).toBe('mine');
    expect(await id({ id: undefined, headers })).toBe('from-header');
    expect(await id({ id: undefined })).toMatch(/^[0-9a-f]{32}$/);
    expect(await id({ id: 'x'.repeat(10_000) })).toMatch(/^[0-9a-f]{64}$/);
    expect(await id({ id: 'a\ud800b\nc' })).toBe('a\u{fffd}b\u{fffd}c');
  });
});

describe('sampling', () => {
  it('takes the share that a model’s rate says, the same on every replica', async () => {
    const exchanges = Array.from({ length: 2_000 }, (_, i) => exchange({ id: `request-${i}` }));
    const rate = (model: string) => (model === 'words' ? 0.25 : 1);
    const ids = async () =>
      (
        await logged(exchanges, {
          rate,
          limits: { entries: 10_000, bytes: 1 << 30, batch: 100, delay: 10 },
        })
      ).map(({ id }) => id);
    const [one, other] = [await ids(), await ids()];
    expect(one).toEqual(other);
    // Of 2,000 by chance: 1,000 events in the mean, with a deviation of 39.
    expect(Math.abs(one.length - 1_000)).toBeLessThan(5 * 39);
    expect(await logged([exchange({ model: 'other' })], { rate })).toHaveLength(2);
    expect(await logged(exchanges, { rate: () => 0 })).toEqual([]);
  });
});

describe('a sink that does not keep up', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => exchange({ id: `r${i}` }));

  it.each([
    ['that never answers', () => new SilentSink()],
    ['that fails', () => new FailingSink(new Error('broken'))],
  ])('%s costs no more memory than its bounds, and what is dropped is counted', async (_, make) => {
    const sink = make();
    const good = new KeepingSink();
    const { log, turns, clock, dropped, written } = open([sink, good]);
    let most = 0;
    for (let round = 0; round < 50; round++) {
      for (const each of many(100)) log.record(each);
      turns.take();
      await clock.advance(100);
      most = Math.max(most, log.pending.bytes);
      expect(log.pending.entries).toBeLessThanOrEqual(1_000);
    }
    expect(most).toBeLessThanOrEqual(1 << 20);
    await Promise.all([log.close(), clock.advance(20_000)]);
    const lost = [...dropped].reduce(
      (sum, [name, count]) => sum + (name.startsWith(sink.name) ? count : 0),
      0,
    );
    expect(lost).toBe(10_000);
    // The other one has everything.
    expect(good.events).toHaveLength(10_000);
    expect(written).toEqual(new Map([['keeping', 10_000]]));
  });

  it('takes nothing from an exchange but what it may keep, before the answer leaves', () => {
    const sink = new KeepingSink();
    const { log, turns } = open([sink]);
    let reads = 0;
    const data = new Proxy(Float32Array.of(1, 2), {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
        return Reflect.get(target, name, target);
      },
    });
    log.record(exchange({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data }] }));
    // Not one value, and no event before its turn.
    expect(reads).toBe(0);
    expect(log.pending.entries).toBe(1);
    turns.take();
    expect(reads).toBe(0);
  });

  it('does not stop the first turns either: drafts are bounded as well', () => {
    const { log, dropped } = open([new KeepingSink()], {
      ...redacting([{ tensors: ['*'] }]),
      limits: { entries: 10, bytes: 1 << 20, batch: 5, delay: 10 },
    });
    for (const each of many(25)) log.record(each);
    expect(log.pending.entries).toBe(10);
    expect(dropped).toEqual(new Map([['keeping full', 30]]));
  });

  it('gets a batch again until it takes it, at longer and longer intervals', async () => {
    const sink = new FailingSink(new Error('broken'));
    const { log, turns, clock, dropped } = open([sink], {
      limits: { entries: 1_000, bytes: 1 << 20, batch: 100, delay: 10 },
    });
    log.record(exchange());
    turns.take();
    const at: number[] = [];
    for (let ms = 0; sink.attempts < 5; ms += 10) {
      const before = sink.attempts;
      await clock.advance(10);
      if (sink.attempts > before) at.push(ms);
    }
    const pauses = at.slice(1).map((time, i) => time - at[i]!);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(100 * 2 ** i - 10);
      expect(pause).toBeLessThanOrEqual(200 * 2 ** i + 10);
    }
    sink.error = null;
    await clock.advance(60_000);
    expect(sink.events).toHaveLength(2);
    expect(dropped.size).toBe(0);
    await log.close();
    expect(sink.isClosed).toBe(true);
  });

  it('loses nothing while there is room, however long it is away', async () => {
    const sink = new FailingSink(new Error('broken'));
    const { log, turns, clock, dropped } = open([sink]);
    for (const each of many(300)) log.record(each);
    turns.take();
    await clock.advance(3_600_000);
    sink.error = null;
    await clock.advance(60_000);
    expect(sink.events).toHaveLength(600);
    expect(dropped.size).toBe(0);
    await log.close();
  });

  it('loses first what it takes least once others have no room', async () => {
    const sink = new FailingSink(new Error('broken'));
    const limits = { entries: 20, bytes: 1 << 20, batch: 10, delay: 10 };
    const { log, turns, clock, dropped } = open([sink], { limits });
    for (const each of many(10)) log.record(each);
    turns.take();
    await clock.advance(60_000);
    expect(dropped.size).toBe(0);
    log.record(exchange({ id: 'late' }));
    turns.take();
    await clock.advance(60_000);
    expect(dropped).toEqual(
      new Map([
        ['failing full', 2],
        ['failing failed', 10],
      ]),
    );
    await log.close();
  });

  it('loses a batch that it will never take, and gets the next one', async () => {
    const sink = new FailingSink(new MurmurationError('inference.answer', 'Bad.'));
    const { log, turns, clock, dropped } = open([sink]);
    log.record(exchange({ id: 'a' }));
    turns.take();
    await clock.advance(1_000);
    expect(sink.attempts).toBe(1);
    expect(dropped).toEqual(new Map([['failing failed', 2]]));
    sink.error = null;
    log.record(exchange({ id: 'b' }));
    turns.take();
    await clock.advance(1_000);
    expect(sink.events.map(event => attributesOf(event).id)).toEqual(['b', 'b']);
    await log.close();
  });

  it('is written to the end when the log closes', async () => {
    const sink = new KeepingSink();
    const { log } = open([sink]);
    for (const each of many(120)) log.record(each);
    await log.close();
    expect(sink.events).toHaveLength(240);
    expect(Math.max(...sink.batches.map(batch => batch.length))).toBe(100);
  });
});

describe('any exchange', () => {
  it('makes events that CloudEvents takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        fc.dictionary(
          fc.string({ unit: 'binary' }),
          fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean()),
        ),
        async (id, headers, parameters) => {
          const events = await logged([exchange({ id, headers, parameters })], {
            redaction: new Redaction([everything], [], null),
          });
          for (const event of events) expect(new CloudEvent(event as object).validate()).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
