import { freeReply, LargeReplies } from '@murmuration/tuning/queue/large-replies';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** From so many bytes on, a value has memory of its own. */
const large = 65_536;

const bulk = (value: Buffer) =>
  Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')]);
/** A line, or a value of so many bytes, which look like what stands between values. */
const bytesOf = (part: string | number) =>
  typeof part === 'string' ? Buffer.from(part) : bulk(Buffer.alloc(part, '$70000\r\n*2\r\n:1\r\n'));

const part = fc.oneof(
  fc.constantFrom('+OK\r\n', ':12\r\n', '$-1\r\n', '-ERR $70000\r\n', '*2\r\n', '*-1\r\n'),
  fc.nat(40),
  fc.integer({ min: large - 2, max: large + 2 }),
  fc.integer({ min: large, max: 4 * large }),
);

/** The chunks that are given where so many bytes come at a time, in turn. */
function chunksOf(bytes: Uint8Array, pieces: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  const replies = new LargeReplies(chunk => chunks.push(chunk));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const space = replies.space();
    const count = Math.min(space.length, pieces[i % pieces.length]!, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    replies.read(count);
    at += count;
  }
  return chunks;
}

describe('the replies of a Redis', () => {
  it('are the same bytes in the same order, and each large value is one chunk at a multiple of eight', () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100_000 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (parts, pieces) => {
          const bytes = Buffer.concat(parts.map(bytesOf));
          // By bytes alone it would take minutes.
          const chunks = chunksOf(bytes, [...pieces, 70_000]);
          expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
          const values = parts.filter(each => typeof each === 'number' && each >= large).map(bytesOf);
          for (const value of values) {
            const chunk = chunks.find(each => each.equals(value));
            expect(((chunk?.byteOffset ?? 1) + chunk!.indexOf('\n') + 1) % 8).toBe(0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('stay as they are while others come, until their memory is given back', () => {
    const length = 100_000;
    const [first, second] = [Buffer.alloc(length, 'a'), Buffer.alloc(length, 'b')];
    const [one, other] = chunksOf(Buffer.concat([bulk(first), bulk(second)]), [length]);
    expect(one!.equals(bulk(first))).toBe(true);
    expect(other!.equals(bulk(second))).toBe(true);
    const { buffer } = one!;
    freeReply(one!);
    const [third, fourth] = chunksOf(Buffer.concat([bulk(first), bulk(second)]), [length]);
    expect(third!.buffer).toBe(buffer);
    expect(fourth!.buffer).not.toBe(buffer);
    expect(other!.equals(bulk(second))).toBe(true);
    expect(fourth!.equals(bulk(second))).toBe(true);
  });

  it('keep no more than two memories for those to come, none of them large', () => {
    const memories = (count: number, length: number) =>
      chunksOf(Buffer.concat(Array.from({ length: count }, () => bulk(Buffer.alloc(length)))), [length]);
    const many = memories(4, 200_000);
    for (const each of many) freeReply(each);
    expect(many.filter(({ buffer }) => buffer.byteLength > 0)).toHaveLength(2);
    const [huge] = memories(1, 17 * 1_048_576);
    freeReply(huge!);
    expect(huge!.buffer.byteLength).toBe(0);
  });

  it('of a few bytes share their memory, which nobody frees', () => {
    const [chunk] = chunksOf(bulk(Buffer.from('a few')), [100]);
    freeReply(chunk!);
    expect(chunk!.toString()).toBe('$5\r\na few\r\n');
  });

  it.each([
    ['a longer value than a Redis has', `$${2 ** 30}\r\n`],
    ['a length that is none', '$7x000\r\n'],
    ['a length without an end', `$${'0'.repeat(40)}`],
  ])('are refused where there is %s', (_, text) => {
    expect(() => chunksOf(Buffer.from(text), [100])).toThrow('It sends what no Redis does.');
  });
});
