import { native } from '@murmuration/protocol/primitives/node';
import {
  blockWords,
  scalarAccumulator,
  sharedAccumulator,
  simdAccumulator,
  streamWords,
} from '@murmuration/protocol/secagg/accumulator';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const additions = fc.array(
  fc.record({
    at: fc.nat(20).map(blocks => 16 * blocks),
    count: fc.integer({ min: 1, max: 6 }).map(blocks => 16 * blocks),
    sign: fc.constantFrom(1, -1),
    words: fc.array(fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -1, 0)), {
      minLength: 96,
      maxLength: 96,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

test('SA10: both accumulators add modulo 2³², to the elements they are told and no other', () => {
  const both = [simdAccumulator(), scalarAccumulator()];
  fc.assert(
    fc.property(additions, additions => {
      const expected = new Array<bigint>(512).fill(0n);
      for (const { block } of both) block.fill(0);
      for (const { at, count, sign, words } of additions) {
        for (let i = 0; i < count; i++) expected[at + i]! += BigInt(sign) * BigInt(words[i]!);
        for (const { stream, add } of both) {
          stream.set(words);
          add(at, count, sign);
        }
      }
      const wrapped = expected.map(value => Number(BigInt.asIntN(32, value)));
      for (const { block } of both) expect([...block.subarray(0, 512)]).toEqual(wrapped);
    }),
  );
});

test('SA10: both accumulators reach the end of their block and stream', () => {
  for (const { block, stream, add } of [simdAccumulator(), scalarAccumulator()]) {
    expect([block.length, stream.length]).toEqual([blockWords, streamWords]);
    stream.fill(3);
    add(blockWords - streamWords, streamWords, -1);
    expect([block[blockWords - streamWords - 1], block[blockWords - streamWords], block.at(-1)]).toEqual([
      0, -3, -3,
    ]);
  }
});

test('SA15: the accumulator that masking uses is left empty', () => {
  applyMasks(native, new Int32Array(100).fill(7), { keys: new Uint8Array(32), signs: Int8Array.of(1) });
  const { block, stream } = sharedAccumulator();
  expect(block.every(value => value === 0) && stream.every(value => value === 0)).toBe(true);
});
