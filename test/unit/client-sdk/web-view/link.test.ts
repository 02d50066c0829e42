import { toBase64 } from '@murmuration/client-sdk/storage/base64';
import { crc32 } from '@murmuration/client-sdk/web-view/crc32';
import { Link, type LinkLimits } from '@murmuration/client-sdk/web-view/link';
import { pack } from '@murmuration/client-sdk/web-view/packing';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { describe, expect, it } from 'vitest';

const limits: LinkLimits = { chunkBytes: 48, window: 3, messageBytes: 4_096, messages: 2 };
const token = 'a1';
const head = `murmuration/1 ${token}`;

/** One end, and what it has put on the bridge. */
class End {
  readonly posted: string[] = [];
  readonly delivered: unknown[] = [];
  readonly broken: MurmurationError[] = [];
  readonly link = new Link(
    token,
    {
      post: text => void this.posted.push(text),
      deliver: message => void this.delivered.push(message),
      broken: error => void this.broken.push(error),
    },
    limits,
  );

  take(): string[] {
    return this.posted.splice(0);
  }
}

/** Two ends; texts cross when the test lets them. */
function ends(): [End, End] {
  return [new End(), new End()];
}

function settle(a: End, b: End): void {
  while (a.posted.length + b.posted.length > 0) {
    for (const text of a.take()) b.link.hear(text);
    for (const text of b.take()) a.link.hear(text);
  }
}

/** A chunk as an attacker who knows the token writes it. */
function chunk(change: Partial<Record<'seq' | 'number' | 'index' | 'count' | 'sum' | 'text', unknown>> = {}) {
  const bytes = pack('hi');
  const fields = {
    seq: 0,
    number: 0,
    index: 0,
    count: 1,
    sum: crc32(bytes),
    text: toBase64(bytes),
    ...change,
  };
  const { seq, number, index, count, sum, text } = fields;
  return [head, 'chunk', seq, number, index, count, sum, text].join(' ');
}

describe('a link over a bridge of texts', () => {
  it('carries messages both ways in chunks of bounded size, few of which are on their way', () => {
    const [a, b] = ends();
    const weights = Float32Array.from({ length: 700 }, (_, i) => i / 7);
    a.link.send({ weights });
    b.link.send('an answer');
    expect(a.posted.length).toBe(3);
    for (const text of a.posted) expect(text.length).toBeLessThan(64 + 60);
    settle(a, b);
    expect(b.delivered).toEqual([{ weights }]);
    expect(a.delivered).toEqual(['an answer']);
    expect([...a.broken, ...b.broken]).toEqual([]);
  });

  it('lets short messages overtake long ones, and keeps the order of each kind', () => {
    const [a, b] = ends();
    for (const long of [1, 2]) a.link.send(new Uint8Array(400).fill(long));
    a.link.send('stop');
    a.link.send('ping');
    settle(a, b);
    expect(b.delivered.map(each => (typeof each === 'string' ? each : (each as Uint8Array)[0]))).toEqual([
      'stop',
      'ping',
      1,
      2,
    ]);
  });

  it('passes over texts of others, and of a page that has gone', () => {
    const { link, delivered, broken } = new End();
    for (const text of ['', 'hello', '{"type":"ad"}', chunk().replace(token, 'b2'), `${head}5 chunk`])
      expect(link.hear(text)).toBe(false);
    expect([delivered, broken]).toEqual([[], []]);
    link.hear(chunk());
    expect(delivered).toEqual(['hi']);
  });

  it.each([
    ['out of order', [chunk({ seq: 1 })], 'chunk 1 came where 0 was to come'],
    ['that came before', [chunk(), chunk()], 'chunk 0 came where 1 was to come'],
    ['after a missing one', [chunk(), chunk({ seq: 2, number: 1 })], 'chunk 2 came where 1 was to come'],
    ['that is damaged', [chunk({ text: toBase64(pack('ho')) })], 'a chunk is damaged'],
    ['that is no base64', [chunk({ text: '!' })], 'a chunk is damaged'],
    ['that is too large', [chunk({ text: 'A'.repeat(65) })], 'a chunk is too large'],
    [
      'of a part that was skipped',
      [chunk({ index: 1, count: 3 })],
      'part 1 of 3 does not follow the 0 before',
    ],
    [
      'whose message has another length now',
      [chunk({ count: 3 }), chunk({ seq: 1, index: 1, count: 2 })],
      'part 1 of 2 does not follow the 1 before',
    ],
    ['of no parts', [chunk({ count: 0 })], 'part 0 of 0'],
    [
      'of too many messages',
      [0, 1, 2].map(number => chunk({ seq: number, number, count: 2 })),
      'more than 2 messages come at the same time',
    ],
    ['with a number that is none', [chunk({ seq: '-1' })], 'a number is none'],
    ['with a number that is too large', [chunk({ count: '9'.repeat(16) })], 'a number is none'],
    ['with fields too many', [`${chunk()} 7`], 'of no kind'],
    ['that nobody knows', [`${head} shout`], 'of no kind'],
    ['that was never sent, as read', [`${head} read 0`], 'it says that chunk 0 was read'],
  ])('ends at a text %s, once, and delivers nothing more', (_, texts, why) => {
    const end = new End();
    for (const text of texts) end.link.hear(text);
    const delivered = end.delivered.length;
    end.link.hear(chunk({ seq: delivered }));
    end.link.send('more');
    expect(end.broken).toEqual([expect.objectContaining({ code: 'training.bridge' })]);
    expect(end.broken[0]!.detail).toContain(why);
    expect(end.delivered).toHaveLength(delivered);
  });

  it('ends at a message that is larger than its limit, before all of it has come', () => {
    const end = new End();
    const bytes = new Uint8Array(48);
    const fields = { sum: crc32(bytes), text: toBase64(bytes), count: 1e6 };
    for (let i = 0; i < 86; i++) end.link.hear(chunk({ ...fields, seq: i, index: i }));
    expect(end.broken[0]!.detail).toContain('a message has more than 4096 bytes');
  });

  it('does not send what the other end would not take', () => {
    const { link, posted } = new End();
    expect(() => link.send(new Uint8Array(4_096))).toThrow(
      expect.objectContaining({ code: 'request.too-large' }),
    );
    expect(() => link.send(() => 1)).toThrow(expect.objectContaining({ code: 'training.failed' }));
    expect(posted).toEqual([]);
  });
});
