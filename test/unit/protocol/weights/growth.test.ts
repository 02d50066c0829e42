import { growsInto, growWeights, placeGrown } from '@murmuration/protocol/weights/growth';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const rows = (words: number, special = 0) =>
  layoutOf([
    { name: 'embedding/embeddings', shape: [special + words, 2] },
    { name: 'body/kernel', shape: [2, 3] },
    { name: 'logits/kernel', shape: [3, special + words] },
    { name: 'logits/bias', shape: [special + words] },
  ]);

/** Values 1, 2, 3 … of a layout. */
const counted = (count: number) => Float32Array.from({ length: count }, (_, i) => i + 1);

describe('rows added to tensors', () => {
  it('are the mean of those of words, behind them, and leave these as they are', () => {
    const [before, after] = [rows(2, 1), rows(4, 1)];
    const grown = growWeights(counted(before.count), before, after, 2);
    // biome-ignore format: a tensor a line
    expect([...grown]).toEqual([
      1, 2, 3, 4, 5, 6, 4, 5, 4, 5,
      7, 8, 9, 10, 11, 12,
      13, 14, 15, 14.5, 14.5, 16, 17, 18, 17.5, 17.5, 19, 20, 21, 20.5, 20.5,
      22, 23, 24, 23.5, 23.5,
    ]);
  });

  it('leave what was there before in new places', () => {
    const [before, after] = [rows(1), rows(2)];
    const placed = placeGrown(counted(before.count), before, after, new Float32Array(after.count).fill(-1));
    // biome-ignore format: a tensor a line
    expect([...placed]).toEqual([
      1, 2, -1, -1,
      3, 4, 5, 6, 7, 8,
      9, -1, 10, -1, 11, -1,
      12, -1,
    ]);
  });

  it.each([
    ['fewer rows', rows(3), rows(2), 'The tensor embedding/embeddings grows in another way than by rows.'],
    [
      'another name',
      rows(2),
      layoutOf(rows(3).tensors.map(each => ({ ...each, name: `x${each.name}` }))),
      'The tensor embedding/embeddings grows in another way than by rows.',
    ],
    [
      'fewer tensors at the beginning',
      rows(2),
      layoutOf(rows(3).tensors.slice(1)),
      'There are 3 tensors instead of 4.',
    ],
    [
      'more tensors',
      rows(2),
      layoutOf([...rows(3).tensors, { name: 'x', shape: [1] }]),
      'There are 5 tensors instead of 4.',
    ],
    [
      'another rank',
      layoutOf([{ name: 'a', shape: [2] }]),
      layoutOf([{ name: 'a', shape: [2, 1] }]),
      'The tensor a grows in another way than by rows.',
    ],
    [
      'two axes',
      layoutOf([{ name: 'a', shape: [2, 2] }]),
      layoutOf([{ name: 'a', shape: [3, 3] }]),
      'The tensor a grows in another way than by rows.',
    ],
  ])('are told from %s', (_, before, after, why) => {
    expect(growsInto(before, after)).toBe(false);
    expect(() => growWeights(counted(before.count), before, after, 1)).toThrow(new RangeError(why));
  });

  it('are those of values of both layouts', () => {
    const [before, after] = [rows(1), rows(2)];
    expect(() => growWeights(counted(11), before, after, 1)).toThrow(
      new RangeError('There are 11 values; the layout has 12.'),
    );
    expect(() => placeGrown(counted(12), before, after, new Float32Array(17))).toThrow(RangeError);
  });

  it('keep each old value bit for bit, in any shape', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), fc.nat(2)),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.integer({ min: 1, max: 3 }),
        (shapes, added) => {
          const tensors = shapes.map(([shape], i) => ({ name: `t${i}`, shape }));
          const more = shapes.map(([shape, axis], i) => ({
            name: `t${i}`,
            shape: shape.map((length, at) => (at === axis ? length + added : length)),
          }));
          const [before, after] = [layoutOf(tensors), layoutOf(more)];
          const values = Float32Array.from({ length: before.count }, (_, i) => Math.fround(Math.sin(i + 1)));
          const grown = growWeights(values, before, after, 1_000);
          expect(growsInto(before, after)).toBe(true);
          expect(grown.every(Number.isFinite)).toBe(true);
          const marks = placeGrown(values, before, after, new Float32Array(after.count).fill(Number.NaN));
          expect(marks.filter(value => !Number.isNaN(value))).toEqual(values);
          for (const [i, value] of marks.entries()) if (!Number.isNaN(value)) expect(grown[i]).toBe(value);
        },
      ),
    );
  });
});
