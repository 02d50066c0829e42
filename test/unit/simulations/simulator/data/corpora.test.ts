import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIdx } from '@murmuration/simulations/data/idx';
import { mnist } from '@murmuration/simulations/data/mnist';
import { describe, expect, it } from 'vitest';

describe('the MNIST database', () => {
  const { train, heldOut, labels } = mnist();

  it('has 60,000 digits to train on, in the published numbers of each, and 10,000 held out', () => {
    const counts = (digits: readonly { label: number }[]) =>
      digits.reduce((sums, { label }) => sums.with(label, sums[label]! + 1), new Array<number>(10).fill(0));
    // The counts of the MNIST database, as its statistics are quoted everywhere.
    expect(counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(heldOut)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(Array.from(labels!).slice(0, 5)).toEqual([5, 0, 4, 1, 9]);
  });

  it('has ink where digits are', () => {
    const ink = train.reduce((sum, { pixels }) => sum + pixels.reduce((all, value) => all + value, 0), 0);
    // The mean of the training images, 0.1307 of full ink.
    expect(ink / (255 * 784 * train.length)).toBeCloseTo(0.1307, 4);
    expect(train[0]!.pixels.length).toBe(784);
    expect(train[0]!.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('a file in the IDX format', () => {
  const read = (bytes: readonly number[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'idx-'));
    try {
      writeFileSync(join(folder, 'file'), Uint8Array.from(bytes));
      return readIdx(join(folder, 'file'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const head = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3];

  it('is read with its shape', () => {
    const { shape, bytes } = read([...head, 1, 2, 3, 4, 5, 6]);
    expect(shape).toEqual([2, 3]);
    expect(Array.from(bytes)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['of another kind', [0, 0, 13, 1, 0, 0, 0, 0]],
    ['empty', []],
    ['cut short in its head', [0, 0, 8, 2, 0, 0]],
    ['cut short', [...head, 1, 2, 3, 4, 5]],
    ['too long', [...head, 1, 2, 3, 4, 5, 6, 7]],
  ])('is refused where it is %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'data.malformed' }));
  });
});
