import { errors, MurmurationError } from '@murmuration/protocol/errors/errors';
import { checkIn, checkInAnswer, sentElsewhere } from '@murmuration/protocol/messages/check-in';
import {
  decodeAck,
  decodeFrame,
  encodeAccepted,
  encodeFrame,
  encodeRefused,
  errorOf,
  maxFrameLength,
  refusalOf,
} from '@murmuration/protocol/messages/frame';
import {
  challenge,
  challengeMessage,
  enrol,
  enrolled,
  forget,
  hello,
  welcome,
} from '@murmuration/protocol/messages/hello';
import { maskingContribution, maskingInput } from '@murmuration/protocol/messages/masking';
import { plan } from '@murmuration/protocol/messages/plan';
import { predict, predicted } from '@murmuration/protocol/messages/predict';
import { assignmentMessage, leave, roundEnd, uploadReceipt } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { assignmentOf, id } from '../../client-sdk/memory-coordinator.ts';
import { codeOf } from '../../codes.ts';

const round = id('round');
const signature = new Uint8Array(64).fill(3);
const key = new Uint8Array(32).fill(4);

const { planBytes, plan: part, ...rest } = assignmentOf(new VirtualClock());
const wire = { ...rest, plan: planBytes };

/** One good value of every message. */
const messages: [string, z.ZodMiniType, Record<string, unknown>][] = [
  ['challenge', challenge, { protocol: 1, nonce: key }],
  ['enrol', enrol, { protocol: 1, publicKey: key, token: 'a token', signature }],
  ['enrolled', enrolled, { device: id('device') }],
  ['hello', hello, { protocol: 1, device: id('device'), signature, sdk: '0.1.0', platform: 'node' }],
  ['welcome', welcome, { now: 1_767_225_600_000, tasks: [{ task: 'keyboard', leastExamples: 50 }] }],
  ['checkIn', checkIn, { task: 'keyboard', conditions: {} }],
  ['checkInAnswer', checkInAnswer, { decision: 'later', after: 5_000, reason: 'busy' }],
  [
    'sentElsewhere',
    sentElsewhere,
    { decision: 'elsewhere', cell: 'https://cell-1.example.org', ticket: 'a.ticket' },
  ],
  ['assignment', assignmentMessage, wire],
  ['plan', plan, { ...part }],
  ['forget', forget, { device: id('device') }],
  ['predict', predict, { task: 'keyboard', version: 'latest', input: [1, 0.5, -3] }],
  ['predicted', predicted, { model: 'a'.repeat(64), logits: new Uint8Array(8) }],
  ['leave', leave, { round, assignment: round, reason: 'stopped' }],
  ['roundEnd', roundEnd, { round, outcome: 'failed', reason: 'too few', after: 0 }],
  ['uploadReceipt', uploadReceipt, { round, assignment: round, counted: true }],
  ['maskingContribution', maskingContribution, { round, assignment: round, message: key }],
  ['maskingInput', maskingInput, { round, assignment: round, message: key }],
];

const wrongValues = [
  undefined,
  null,
  true,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  '',
  'x'.repeat(5_000),
  '../../x',
  [],
  {},
  new Uint8Array(31),
];

describe.each(messages)('CH4: the message %s', (_, schema, good) => {
  const codeOfMessage = (message: unknown) => codeOf(() => decodeFrame(encodeFrame(message), schema));

  it('comes back as it went', () => {
    expect(decodeFrame(encodeFrame(good), schema)).toEqual(good);
  });

  it('is refused with a field too many, too few or of another type', () => {
    expect(codeOfMessage({ ...good, extra: 1 })).toBe('request.invalid');
    expect(codeOfMessage({ ...good, constructor: 1 })).toBe('request.invalid');
    for (const field of Object.keys(good)) {
      const { [field]: __, ...rest } = good;
      expect(codeOfMessage(rest)).toBe('request.invalid');
      // Of each list of wrong values none but a few fit a field: those that are of its type and in its range.
      const codes = wrongValues.map(value => codeOfMessage({ ...good, [field]: value }));
      expect(codes.filter(code => code === 'request.invalid').length).toBeGreaterThan(wrongValues.length - 6);
      expect(codes.every(code => code === 'request.invalid' || code === 'nothing thrown')).toBe(true);
    }
    for (const value of wrongValues) expect(codeOfMessage(value)).toBe('request.invalid');
  });
});

describe('CH4: a frame that does not fit its message', () => {
  const detailOf = (message: unknown, schema: z.ZodMiniType) => {
    try {
      decodeFrame(encodeFrame(message), schema);
    } catch (error) {
      return (error as MurmurationError).detail;
    }
    return 'It fits.';
  };

  it('is refused in words that name each field, what it is and what it has to be', () => {
    const misspelt = {
      protcol: 1,
      device: 'x',
      signature: new Uint8Array(63),
      sdk: '1.0',
      platform: 'phone',
    };
    expect(detailOf(misspelt, hello)).toBe(
      'protocol is missing; it has to be a whole number from 1 to 65535. device is "x"; it has to be 22 letters, digits, hyphens and underscores. signature has 63 bytes; it has to be 64 bytes. sdk is "1.0"; it has to be a version such as "1.2.3". platform is "phone"; it has to be one of "browser", "node", "android", "ios" or "other". 1 more field is wrong.',
    );
    expect(detailOf([], hello)).toBe('The message is a list; it has to be an object.');
  });

  it('is refused in few words, however much is wrong with it', () => {
    const input = Array.from({ length: 4_096 }, () => '0'.repeat(100));
    const detail = detailOf({ task: 'keyboard', version: 'latest', input }, predict);
    expect(detail).toMatch(/^input\[0\] is "0{64}" and more; .* 4091 more fields are wrong\.$/);
    expect(detail.length).toBeLessThan(1_000);
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`inpu${i}`, 0]));
    const told = detailOf({ task: 'keyboard', version: 'latest', input: [1], ...fields }, predict);
    expect(told).toMatch(
      /^There is no field "inpu0"\. Did you mean "input"\? .* 195 more fields are wrong\.$/,
    );
  });
});

it('CH2: gives frames of their own, whatever was encoded or refused before', () => {
  const [first, second] = [encodeFrame({ a: 'first' }), encodeFrame({ a: 'second' })];
  const schema = z.strictObject({ a: z.string() });
  expect(() => decodeFrame(first.subarray(0, 4), schema)).toThrow();
  expect(() => encodeFrame({ a: 1n })).toThrow();
  expect(decodeFrame(first, schema)).toEqual({ a: 'first' });
  expect(decodeFrame(second, schema)).toEqual({ a: 'second' });
});

describe('a frame', () => {
  const anything = z.unknown();

  it('CH3: of garbage is refused with a code, whatever the garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        expect(codeOf(() => decodeFrame(bytes, checkIn))).toMatch(/^(protocol\.frame|request\.invalid)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('CH3: cut short or with one byte more is refused', () => {
    const frame = encodeFrame({ task: 'keyboard', conditions: { idle: true } });
    for (let length = 0; length < frame.length; length++)
      expect(codeOf(() => decodeFrame(frame.subarray(0, length), checkIn))).toBe('protocol.frame');
    expect(codeOf(() => decodeFrame(Uint8Array.of(...frame, 0xc0), checkIn))).toBe('protocol.frame');
  });

  it.each([undefined, null, 'text', 5, {}, [1, 2], new ArrayBuffer(8)])(
    'CH3: is a byte string, not %o',
    frame => {
      expect(() => decodeFrame(frame, anything)).toThrow('A frame is a byte string. [protocol.frame]');
    },
  );

  it('CH2: has at most a MiB', () => {
    expect(() => decodeFrame(new Uint8Array(maxFrameLength + 1), anything)).toThrow(
      'This frame has at most 1048576 bytes; the one that came has 1048577. [request.too-large]',
    );
    expect(codeOf(() => decodeFrame(new Uint8Array(maxFrameLength).fill(0xc0), anything))).toBe(
      'protocol.frame',
    );
  });

  it.each<[string, unknown]>([
    ['text', 'x'.repeat(65_537)],
    ['an array', new Array(16_385).fill(0)],
    ['a map', Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, 0]))],
    ['a date', new Date(0)],
  ])('CH2: holds no %s beyond the limits', (_, value) => {
    expect(codeOf(() => decodeFrame(encodeFrame(value), anything))).toBe('protocol.frame');
  });

  it('CH2: announces no more than it has', () => {
    // An array of 2³² − 1, a map of 2³² − 1, a text and bytes of 2³² − 1, and an extension.
    for (const head of [0xdd, 0xdf, 0xdb, 0xc6, 0xc9])
      expect(codeOf(() => decodeFrame(Uint8Array.of(head, 255, 255, 255, 255, 0), anything))).toBe(
        'protocol.frame',
      );
  });

  it('CH2: nests at most sixteen deep', () => {
    const nested = (depth: number) => Uint8Array.of(...new Array<number>(depth).fill(0x91), 0xc0);
    expect(decodeFrame(nested(16), anything)).toEqual([[[[[[[[[[[[[[[[null]]]]]]]]]]]]]]]]);
    expect(() => decodeFrame(nested(17), anything)).toThrow(
      'Arrays and maps lie at most 16 deep in one another. [protocol.frame]',
    );
    const maps = Uint8Array.of(...new Array<number[]>(17).fill([0x81, 0xa1, 0x61]).flat(), 0xc0);
    expect(codeOf(() => decodeFrame(maps.subarray(3), anything))).toBe('nothing thrown');
    expect(codeOf(() => decodeFrame(maps, anything))).toBe('protocol.frame');
    const deep = new Uint8Array(100_001).fill(0x91);
    deep[100_000] = 0xc0;
    expect(codeOf(() => decodeFrame(deep, checkIn))).toBe('protocol.frame');
    expect(codeOf(() => decodeAck(deep, checkIn))).toBe('protocol.frame');
    // Two empty lists beside one another lie no deeper than one.
    expect(decodeFrame(Uint8Array.of(0x9f, ...new Array<number>(15).fill(0x90)), anything)).toEqual(
      new Array(15).fill([]),
    );
  });

  it('CH2: makes no room for what it only announces', () => {
    // 5 bytes for each array of 16,384 items, one in another: 26 GB, were room made for them.
    const bomb = new Uint8Array(1_000_000);
    for (let at = 0; at < bomb.length; at += 5) bomb.set([0xdd, 0, 0, 0x40, 0], at);
    const before = process.memoryUsage().heapUsed;
    expect(codeOf(() => decodeFrame(bomb, anything))).toBe('protocol.frame');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 << 20);
    expect(() => decodeFrame(bomb.subarray(0, 1_000), anything)).toThrow(
      'The frame announces more items than it has bytes. [protocol.frame]',
    );
    for (const promise of [
      [0xdc, 0x40, 0, 0xc0],
      [0x8f, 0xa1, 0x61, 0xc0],
      [0x92, 0xc0],
    ])
      expect(() => decodeFrame(Uint8Array.from(promise), anything)).toThrow('more items than it has bytes');
  });

  it('CH2: may hold whatever the encoder writes', () => {
    const values = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { maxDepth: 10, withCrossShrink: true },
        fc.oneof(
          fc.integer(),
          fc.double(),
          fc.maxSafeInteger(),
          fc.boolean(),
          fc.constant(null),
          fc.string({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 300 }),
        ),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(
          fc.string({ maxLength: 40 }).filter(key => key !== '__proto__'),
          tie('value'),
          { maxKeys: 20 },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(values, value => {
        expect(codeOf(() => decodeFrame(encodeFrame(value), anything))).toBe('nothing thrown');
      }),
      { numRuns: 500 },
    );
  });

  it('CH2: of an event has at most the bytes of that event', () => {
    const frame = encodeFrame({ task: 'keyboard', conditions: {} });
    expect(codeOf(() => decodeFrame(frame, checkIn, frame.length))).toBe('nothing thrown');
    expect(codeOf(() => decodeFrame(frame, checkIn, frame.length - 1))).toBe('request.too-large');
  });

  it('CH3: changes no prototype', () => {
    const key = (name: string) => Uint8Array.of(0xa0 + name.length, ...Buffer.from(name));
    const pollute = (name: string) => Uint8Array.of(0x81, ...key(name), 0x81, ...key('polluted'), 0xc3);
    expect(codeOf(() => decodeFrame(pollute('__proto__'), anything))).toBe('protocol.frame');
    for (const name of ['constructor', 'prototype', 'toString'])
      expect(codeOf(() => decodeFrame(pollute(name), checkIn))).toBe('request.invalid');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('CH4: is refused by the name of the field that is wrong', () => {
    const frame = encodeFrame({ task: 'keyboard', conditions: { idle: 'yes' } });
    expect(() => decodeFrame(frame, checkIn)).toThrow('conditions.idle');
  });
});

describe('an ack', () => {
  it('CH5: carries a value, or the code of a refusal', () => {
    expect(decodeAck(encodeAccepted({ device: id('d') }), enrolled)).toEqual({ device: id('d') });
    expect(decodeAck(encodeAccepted(null), z.null())).toBeNull();
    const refused = encodeRefused(new MurmurationError('task.unknown', 'There is no task "x".'));
    expect(() => decodeAck(refused, enrolled)).toThrow(
      new MurmurationError('task.unknown', 'There is no task "x".'),
    );
  });

  it('CH5: tells when to try again, where that is known', () => {
    const busy = new MurmurationError('request.too-often', undefined, { after: 250 });
    expect(refusalOf(busy)).toMatchObject({ retryable: true, after: 250 });
    expect(() => decodeAck(encodeRefused(busy), enrolled)).toThrow(expect.objectContaining({ after: 250 }));
    expect(() => decodeAck(encodeRefused(new MurmurationError('round.closed')), enrolled)).toThrow(
      expect.objectContaining({ after: undefined }),
    );
  });

  it('CH5: keeps the cause of any other error on its side', () => {
    const refusal = refusalOf(new Error('password 123'));
    expect(refusal).toEqual({
      code: 'server.internal',
      detail: errors['server.internal'],
      retryable: true,
    });
  });

  it('CH5: can be read however long the detail was', () => {
    const refused = encodeRefused(new MurmurationError('request.invalid', 'x'.repeat(100_000)));
    expect(codeOf(() => decodeAck(refused, enrolled))).toBe('request.invalid');
  });

  it('CH6: of a code that is not in the table tells whether another try may help', () => {
    const refusal = { code: 'quota.new', detail: 'Later.' };
    expect(errorOf({ ...refusal, retryable: true })).toMatchObject({
      code: 'server.internal',
      retryable: true,
    });
    expect(errorOf({ ...refusal, retryable: false })).toMatchObject({
      code: 'request.invalid',
      retryable: false,
    });
    expect(errorOf({ ...refusal, code: 'toString', retryable: false }).code).toBe('request.invalid');
    expect(errorOf({ ...refusal, retryable: true, after: 9 })).toMatchObject({
      detail: 'quota.new: Later.',
      after: 9,
    });
  });

  it.each([null, {}, { ok: 1 }, { ok: true, value: { device: 'short' } }, { ok: false, code: 5 }])(
    'CH5: of another shape is refused: %j',
    value => {
      expect(codeOf(() => decodeAck(encodeFrame(value), enrolled))).toBe('request.invalid');
    },
  );
});

describe('a challenge', () => {
  it('ID2: is signed for one purpose and one connection', () => {
    const text = Buffer.from(challengeMessage('hello', key)).toString('latin1');
    expect(text).toBe(`murmuration/hello ${'\u0004'.repeat(32)}`);
    expect(challengeMessage('enrol', key)).not.toEqual(challengeMessage('hello', key));
  });
});
