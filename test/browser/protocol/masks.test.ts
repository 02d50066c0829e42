import { kernelAccumulator, scalarAccumulator } from '@murmuration/protocol/primitives/accumulator';
import { portable } from '@murmuration/protocol/primitives/portable';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { kernelPack, scalarPack } from '@murmuration/protocol/secagg/pack';
import { packedLength } from '@murmuration/protocol/secagg/ring';
import { describe, expect, it } from 'vitest';
import frozen from '../../vectors/secagg-masks.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g)!, byte => Number.parseInt(byte, 16));

describe('masking in a page', () => {
  it('compiles its kernels at once, without a pause', () => {
    expect(portable.accumulator().block.buffer.byteLength).toBe(kernelAccumulator().block.buffer.byteLength);
  });

  it('SA10: gives the frozen masks', () => {
    for (const { key, sign, width, from, words } of frozen.masks) {
      const vector = new Uint32Array(from + words.length);
      applyMasks(portable, vector, { keys: bytesOf(key), signs: Int8Array.of(sign) }, width, from);
      const inRing = Array.from(vector.slice(from), word => Number(BigInt.asUintN(width, BigInt(word))));
      expect(inRing).toEqual(words);
    }
  });

  it('SA10: adds the same streams by kernels as by the library', () => {
    const [kernels, library] = [kernelAccumulator(), scalarAccumulator(portable.keystream)];
    for (const [i, count] of [64, 192, 1_088, 65_536].entries()) {
      const key = new Uint8Array(32).fill(i + 1);
      for (const bytes of [1, 2, 3, 4])
        for (const each of [kernels, library]) each.add(key, 1_000 * i, count, bytes, i % 2 === 0 ? 1 : -1);
    }
    expect(kernels.block.every((word, i) => word === library.block[i])).toBe(true);
  });

  it.each([8, 18, 23, 29, 32])('SA1: packs %i bits as JavaScript does', width => {
    const elements = Int32Array.from({ length: 40_003 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    const [one, other] = [kernelPack(), scalarPack].map(pack => {
      const packed = new Uint8Array(packedLength(elements.length, width));
      pack(elements, width, packed);
      return packed;
    });
    expect(one!.every((byte, i) => byte === other![i])).toBe(true);
  });
});
