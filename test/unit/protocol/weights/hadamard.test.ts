import { type Hadamard, kernelHadamard, scalarHadamard } from '@murmuration/protocol/weights/hadamard';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../../client-sdk/device.ts';

const byKernels = kernelHadamard();

/** Values of both signs and many sizes, that follow from the seed alone. */
function valuesOf(length: number, seed: number): Float32Array {
  const words = new DataView(seededBytes(seed)(4 * length).slice().buffer);
  return Float32Array.from(
    { length },
    (_, i) => words.getInt32(4 * i, true) / 2 ** (words.getUint8(4 * i) % 40),
  );
}

const bytesAfter = (work: (vector: Float32Array) => void, vector: Float32Array) => {
  const changed = vector.slice();
  work(changed);
  return new Uint8Array(changed.buffer);
};

const both = (work: (hadamard: Hadamard, vector: Float32Array) => void, vector: Float32Array) =>
  [byKernels, scalarHadamard].map(each => bytesAfter(changed => work(each, changed), vector));

// Lengths of less than a lane, of one block, of many blocks, of one piece, of two and of many pieces.
const powers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

describe('QU1: the transform by kernels', () => {
  it.each(powers)('is that of JavaScript to the last bit, for 2^%i values', power => {
    const [one, other] = both((each, vector) => each.transform(vector), valuesOf(2 ** power, power));
    expect(Buffer.compare(one!, other!)).toBe(0);
  });

  it.each(powers)('scales and flips signs as JavaScript does, for 2^%i values', power => {
    const length = 2 ** power;
    const signs = seededBytes(power + 50)(Math.ceil(length / 8));
    const [one, other] = both(
      (each, vector) => each.scaleSigned(vector, signs, 1 / Math.sqrt(length)),
      valuesOf(length, power),
    );
    expect(Buffer.compare(one!, other!)).toBe(0);
  });

  it('flips exactly the values whose bit is one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), signs => {
        const vector = new Float32Array(64).fill(3);
        byKernels.scaleSigned(vector, signs, 0.5);
        const bits = BigInt(`0x${Buffer.from(signs).reverse().toString('hex')}`);
        expect([...vector]).toEqual(
          Array.from({ length: 64 }, (_, i) => ((bits >> BigInt(i)) & 1n ? -1.5 : 1.5)),
        );
      }),
    );
  });

  // tensorflow-federated, hadamard_test.py, one_hot_index 17 of 256.
  it('spreads a single value evenly, as TensorFlow Federated has it', () => {
    for (const each of [byKernels, scalarHadamard]) {
      const vector = new Float32Array(256);
      vector[17] = 1;
      each.transform(vector);
      each.scaleSigned(vector, new Uint8Array(32), 1 / 16);
      expect(new Set(vector)).toEqual(new Set([0.0625, -0.0625]));
    }
  });

  it('works on a part of a vector, and leaves the rest', () => {
    const whole = new Float32Array(200).fill(1);
    byKernels.transform(whole.subarray(36, 100));
    expect(whole[36]).toBe(64);
    expect([...whole.subarray(37, 100)]).toEqual(new Array(63).fill(0));
    expect([...whole.subarray(0, 36), ...whole.subarray(100)]).toEqual(new Array(136).fill(1));
  });
});
