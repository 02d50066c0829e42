import {
  blockWords,
  kernelAccumulator,
  scalarAccumulator,
} from '@murmuration/protocol/primitives/accumulator';
import { cipherAccumulator, native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import type { Accumulator } from '@murmuration/protocol/primitives/primitives';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const accumulators: [string, () => Accumulator][] = [
  ['of the kernels', kernelAccumulator],
  ["of Node's cipher", cipherAccumulator],
  ['in JavaScript, over the library', () => scalarAccumulator(portable.keystream)],
  ["in JavaScript, over Node's cipher", () => scalarAccumulator(native.keystream)],
];

const hexKey = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** The words of a key stream, by the library. */
function wordsOf(key: Uint8Array, counter: number, count: number, bytes: number): number[] {
  const stream = Buffer.from(portable.keystream(key, counter).next((count / 64) * bytes));
  return Array.from({ length: count }, (_, i) => stream.readUIntLE(bytes * i, bytes));
}

const additions = fc.array(
  fc.record({
    key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    counter: fc.oneof(fc.nat(100), fc.constantFrom(2 ** 31 - 3, 2 ** 32 - 1_100)),
    count: fc.oneof(
      fc.integer({ min: 1, max: 9 }).map(times => 64 * times),
      // What the kernels are asked for and what the cipher, on both sides of 16 KiB.
      fc.constantFrom(64 * 64, 64 * 65, 64 * 85, 64 * 86, 64 * 256, 64 * 257),
    ),
    bytes: fc.constantFrom(1, 2, 3, 4),
    sign: fc.constantFrom<1 | -1>(1, -1),
  }),
  { minLength: 1, maxLength: 4 },
);

describe.each(accumulators)('SA10: the accumulator %s', (_, make) => {
  const accumulator = make();

  // RFC 8439, appendix A.1, test vectors 1 to 4.
  test.each([
    ['00'.repeat(32), 0, [0xade0b876, 0x903df1a0, 0xe56a5d40, 0x28bd8653]],
    ['00'.repeat(32), 1, [0xbee7079f, 0x7a385155, 0x7c97ba98, 0x0d082d73]],
    [`${'00'.repeat(31)}01`, 1, [0x2452eb3a, 0x9249f8ec, 0x8d829d9b, 0xddd4ceb1]],
    [`00ff${'00'.repeat(30)}`, 2, [0xfb4dd572, 0x4bc42ef1, 0xdf922636, 0x327f1394]],
  ])('adds the words of RFC 8439: key %s, block %i', (key, counter, first) => {
    accumulator.clear();
    accumulator.add(hexKey(key), counter, 64, 4, 1);
    expect(Array.from(accumulator.block.subarray(0, 4), word => word >>> 0)).toEqual(first);
    accumulator.add(hexKey(key), counter, 64, 4, -1);
    expect(accumulator.block.every(word => word === 0)).toBe(true);
  });

  test('adds and subtracts streams modulo 2³², to the elements that it is told and no other', () => {
    fc.assert(
      fc.property(additions, fc.integer(), (additions, before) => {
        const expected = new Array<bigint>(64 * 260).fill(BigInt(before));
        accumulator.clear();
        accumulator.block.fill(before, 0, expected.length);
        for (const { key, counter, count, bytes, sign } of additions) {
          accumulator.add(key, counter, count, bytes, sign);
          for (const [i, word] of wordsOf(key, counter, count, bytes).entries())
            expected[i]! += BigInt(sign) * BigInt(word);
        }
        const wrapped = expected.map(value => Number(BigInt.asIntN(32, value)));
        expect([...accumulator.block.subarray(0, expected.length)]).toEqual(wrapped);
        expect(accumulator.block.subarray(expected.length).every(word => word === 0)).toBe(true);
      }),
    );
  });

  test.each([1, 2, 3, 4])('fills its block to the end, with words of %i bytes', bytes => {
    const key = new Uint8Array(32).fill(9);
    accumulator.clear();
    accumulator.add(key, 7, blockWords, bytes, -1);
    const words = wordsOf(key, 7, blockWords, bytes);
    expect(accumulator.block.length).toBe(blockWords);
    expect(accumulator.block.every((word, i) => word === -words[i]! << 0)).toBe(true);
  });
});

test.each([1, 2, 3, 4])(
  'SA10: the kernels and JavaScript add the same streams of others, %i bytes a word',
  bytes => {
    const key = new Uint8Array(32).fill(0xc3);
    const count = 30_016; // more than one piece of four bytes a word, and no multiple of one
    const blocks = [kernelAccumulator(), scalarAccumulator(portable.keystream)].map(made => {
      made.block.fill(-5);
      const stream = native.keystream(key, 0);
      made.addStream(stream, count, bytes, 1);
      made.addStream(stream, 64, bytes, -1);
      return made.block;
    });
    expect(Buffer.compare(Buffer.from(blocks[0]!.slice().buffer), Buffer.from(blocks[1]!.buffer))).toBe(0);
    const words = wordsOf(key, 0, count + 64, bytes);
    const [block] = blocks as [Int32Array];
    for (const i of [0, 63, 64, 16_383, 16_384, count - 1])
      expect(block[i]).toBe((words[i]! - 5 - (i < 64 ? words[count + i]! : 0)) | 0);
    expect(block[count]).toBe(-5);
  },
);

test.each([
  ['the kernels', kernelAccumulator],
  ['JavaScript', () => scalarAccumulator(portable.keystream)],
] as const)('SA16: nothing is left in an accumulator of %s that was cleared', (_, make) => {
  const { block, add, clear } = make();
  block.fill(1);
  // The longest streams, whose pieces fill the memory that they are made in.
  for (const bytes of [1, 2, 3, 4]) add(new Uint8Array(32).fill(0xa5), 0, blockWords, bytes, 1);
  clear();
  const memory = new Uint8Array(block.buffer);
  expect(memory.length).toBeGreaterThanOrEqual(4 * blockWords);
  expect(memory.every(byte => byte === 0)).toBe(true);
});

test.each([
  ['native', native],
  ['portable', portable],
])('SA16: the accumulator that masking with %s primitives uses is left empty', (_, primitives) => {
  const masks = { keys: new Uint8Array(32), signs: Int8Array.of(1) };
  applyMasks(primitives, new Int32Array(100).fill(7), masks, 18);
  expect(new Uint8Array(primitives.accumulator().block.buffer).every(byte => byte === 0)).toBe(true);
});
