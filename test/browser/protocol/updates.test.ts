import { hadamard, kernelHadamard, scalarHadamard } from '@murmuration/protocol/weights/hadamard';
import { kernelRounding, scalarRounding } from '@murmuration/protocol/weights/rounding';
import { describe, expect, it } from 'vitest';

/** Bytes that follow from nothing but their place. */
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);

describe('updates in a page', () => {
  it('compile their kernels at once, without a pause', () => {
    expect(hadamard()).not.toBe(scalarHadamard);
  });

  it.each([64, 4_096, 131_072])('QU1: rotate %i values as JavaScript does', length => {
    const signs = noise(length / 8);
    const [one, other] = [kernelHadamard(), scalarHadamard].map(({ scaleSigned, transform }) => {
      const vector = Float32Array.from({ length }, (_, i) => Math.sin(i * i));
      scaleSigned(vector, signs, 1 / Math.sqrt(length));
      transform(vector);
      return vector;
    });
    expect(one!.every((value, i) => value === other![i])).toBe(true);
  });

  it('QU3: round as JavaScript does', () => {
    const values = Float32Array.from({ length: 9_001 }, (_, i) => Math.sin(i * i));
    const [one, other] = [kernelRounding(), scalarRounding].map(round => {
      const ring = new Int32Array(values.length);
      round({ values, step: 0.01, largest: 90, weight: 3, random: noise }, ring);
      return ring;
    });
    expect(one!.every((value, i) => value === other![i])).toBe(true);
  });
});
