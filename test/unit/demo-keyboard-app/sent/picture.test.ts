import { bytesOf, entropy, histogram } from '@murmuration/demo-keyboard-app/src/sent/picture';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

describe('the look of a message', () => {
  it('of noise is even, with nearly 8 bits in each byte', () => {
    const noise = seededRandom(1)(1_024);
    expect(entropy(noise)).toBeGreaterThan(7.7);
    expect(Math.min(...histogram(noise, 16))).toBeGreaterThan(0.5);
  });

  it('of an update without masks is not', () => {
    const values = new Float32Array(1_024);
    values[40] = -0.25;
    values[41] = 0.0625;
    const bytes = bytesOf(values);
    expect([bytes[0], bytes[40], bytes[41]]).toEqual([128, 1, 192]);
    expect(entropy(bytes)).toBeLessThan(0.1);
    const shares = histogram(bytes, 16);
    expect(shares.filter(share => share > 0.01)).toEqual([1]);
  });

  it('of nothing is empty', () => {
    expect(histogram(new Uint8Array(0), 4)).toEqual([0, 0, 0, 0]);
    expect(entropy(new Uint8Array(0))).toBe(0);
    expect([...bytesOf(new Float32Array(2))]).toEqual([128, 128]);
  });

  it('covers each value once', () => {
    const each = Uint8Array.from({ length: 256 }, (_, value) => value);
    expect(histogram(each, 64)).toEqual(Array(64).fill(1));
    expect(entropy(each)).toBe(8);
  });
});
