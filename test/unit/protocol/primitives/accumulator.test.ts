import {
  blockWords,
  kernelAccumulator,
  scalarAccumulator,
  streamWords,
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

/** The words of a key stream, by the library, as signed integers. */
function wordsOf(key: Uint8Array, counter: number, count: number): Int32Array {
  const bytes = portable.keystream(key, counter).next(count / 16);
  return new Int32Array(bytes.slice().buffer);
}

const additions = fc.array(
  fc.record({
    key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    counter: fc.oneof(fc.nat(100), fc.constantFrom(2 ** 31 - 3, 2 ** 32 - 300)),
    count: fc.oneof(
      fc.integer({ min: 1, max: 9 }).map(blocks => 16 * blocks),
      fc.constantFrom(16 * 255, 16 * 256, 16 * 257),
    ),
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
    accumulator.add(hexKey(key), counter, 16, 1);
    expect(Array.from(accumulator.block.subarray(0, 4), word => word >>> 0)).toEqual(first);
    accumulator.add(hexKey(key), counter, 16, -1);
    expect(accumulator.block.every(word => word === 0)).toBe(true);
  });

  test('adds and subtracts streams modulo 2³², to the elements that it is told and no other', () => {
    fc.assert(
      fc.property(additions, fc.integer(), (additions, before) => {
        const expected = new Array<bigint>(16 * 260).fill(BigInt(before));
        accumulator.clear();
        accumulator.block.fill(before, 0, expected.length);
        for (const { key, counter, count, sign } of additions) {
          accumulator.add(key, counter, count, sign);
          for (const [i, word] of wordsOf(key, counter, count).entries())
            expected[i]! += BigInt(sign) * BigInt(word);
        }
        const wrapped = expected.map(value => Number(BigInt.asIntN(32, value)));
        expect([...accumulator.block.subarray(0, expected.length)]).toEqual(wrapped);
        expect(accumulator.block.subarray(expected.length).every(word => word === 0)).toBe(true);
      }),
    );
  });

  test('fills its block to the end', () => {
    const key = new Uint8Array(32).fill(9);
    accumulator.clear();
    accumulator.add(key, 7, blockWords, -1);
    const words = wordsOf(key, 7, blockWords);
    expect(accumulator.block.length).toBe(blockWords);
    expect(accumulator.block.every((word, i) => word === -words[i]! << 0)).toBe(true);
  });
});

test('SA10: the kernels and JavaScript add the same streams of others, where they are told', () => {
  const words = Int32Array.from({ length: streamWords }, (_, i) => Math.imul(i, 0x9e3779b1) ^ (1 << 31));
  const blocks = [kernelAccumulator(), scalarAccumulator(portable.keystream)].map(made => {
    made.block.fill(-5);
    made.stream.set(new Uint8Array(words.buffer));
    made.addStream(32, 48, 1);
    made.addStream(blockWords - streamWords, streamWords, -1);
    return made.block;
  });
  expect(Buffer.compare(Buffer.from(blocks[0]!.slice().buffer), Buffer.from(blocks[1]!.buffer))).toBe(0);
  const [block] = blocks as [Int32Array];
  expect([block[31], block[32], block[79], block[80]]).toEqual([
    -5,
    (words[0]! - 5) | 0,
    (words[47]! - 5) | 0,
    -5,
  ]);
  expect([block[blockWords - streamWords - 1], block.at(-1)]).toEqual([-5, (-5 - words.at(-1)!) | 0]);
});

test.each([
  ['the kernels', kernelAccumulator],
  ['JavaScript', () => scalarAccumulator(portable.keystream)],
] as const)('SA15: nothing is left in an accumulator of %s that was cleared', (_, make) => {
  const { block, stream, add, clear } = make();
  block.fill(1);
  add(new Uint8Array(32).fill(0xa5), 0, 48, 1);
  stream.fill(1);
  clear();
  const memory = new Uint8Array(block.buffer);
  expect(memory.length).toBeGreaterThanOrEqual(4 * blockWords);
  expect(memory.every(byte => byte === 0) && stream.every(byte => byte === 0)).toBe(true);
});

test.each([
  ['native', native],
  ['portable', portable],
])('SA15: the accumulator that masking with %s primitives uses is left empty', (_, primitives) => {
  const masks = { keys: new Uint8Array(32), signs: Int8Array.of(1) };
  applyMasks(primitives, new Int32Array(100).fill(7), masks);
  expect(new Uint8Array(primitives.accumulator().block.buffer).every(byte => byte === 0)).toBe(true);
});
