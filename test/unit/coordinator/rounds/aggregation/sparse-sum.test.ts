import { encodeSparse } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { drawPlaces } from '@murmuration/protocol/weights/sparse';
import { SparseSum } from '@murmuration/rounds/aggregation/sparse-sum';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

const layout = layoutOf([{ name: 'w', shape: [50] }]);
const settings = { kind: 'ring', clip: 2, bits: 8, weighting: 'examples', weightCap: 9 } as const;
const topK = { kind: 'topK', fraction: 0.06, feedback: true } as const;
const update = (places: readonly number[], units: readonly number[], unit = 0.01, weight = 1) =>
  encodeSparse(
    layout.hash,
    50,
    { unit, units: Int32Array.from(units), places: Uint32Array.from(places) },
    8,
    weight,
  );

describe('a sum of updates of which some values are sent', () => {
  it('UP13: is the weighted mean, where values that were not sent are 0', () => {
    const sum = new SparseSum(layout, settings, topK);
    sum.add(update([1, 2, 3], [100, -50, 0]));
    sum.add(update([2, 3, 49], [10, 20, 30], 0.02, 3));
    const { delta, weight } = sum.mean();
    expect(weight).toBe(4);
    const expected = new Array(50).fill(0);
    expected[1] = 1 / 4;
    expected[2] = (-0.5 + 3 * 0.2) / 4;
    expected[3] = (3 * 0.4) / 4;
    expected[49] = (3 * 0.6) / 4;
    expect([...delta]).toEqual(expected.map(value => expect.closeTo(value, 6)));
    expect(sum.contributors).toBe(2);
  });

  it('UP13: counts what was sent for the rest, without feedback', () => {
    const sum = new SparseSum(layout, settings, { kind: 'randomK', fraction: 0.1, feedback: false });
    const units = Int32Array.of(100, 0, 0, 0, 50);
    sum.add(encodeSparse(layout.hash, 50, { unit: 0.01, units, places: 7 }, 8, 1));
    const places = drawPlaces('7', 50, 5);
    const { delta } = sum.mean();
    expect(delta[places[0]!]).toBeCloseTo(10, 5);
    expect(delta[places[4]!]).toBeCloseTo(5, 5);
    expect(delta.filter(value => value !== 0)).toHaveLength(2);
  });

  it('UP8, UP10: refuses what is longer than the clip, and is then as it was', () => {
    const sum = new SparseSum(layout, settings, topK);
    sum.add(update([1, 2, 3], [1, 2, 3]));
    const before = sum.snapshot();
    expect(codeOf(() => sum.add(update([1, 2, 3], [127, 127, 127])))).toBe('update.norm');
    expect(codeOf(() => sum.add(update([1, 2, 3], [1, 0, 0], 3)))).toBe('update.norm');
    expect(codeOf(() => sum.add(update([1, 2, 3], [1, 0, 0], Number.POSITIVE_INFINITY)))).toBe(
      'update.not-finite',
    );
    expect(codeOf(() => sum.add(update([1, 2, 3], [1, 0, 0], 0.1, 10)))).toBe('update.weight');
    expect(sum.snapshot()).toEqual(before);
    expect(sum.contributors).toBe(1);
  });

  it('goes on from a snapshot, which is as large as the model, and refuses another', () => {
    const sum = new SparseSum(layout, settings, topK);
    sum.add(update([1, 2, 3], [1, 2, 3]));
    const snapshot = sum.snapshot();
    expect(snapshot).toHaveLength(8 * 52);
    const other = new SparseSum(layout, settings, topK);
    other.restore(snapshot);
    for (const each of [sum, other]) each.add(update([4, 5, 6], [1, 2, 3], 0.1, 2));
    expect(other.mean()).toEqual(sum.mean());
    expect(codeOf(() => other.restore(snapshot.subarray(1)))).toBe('storage.corrupt');
    other.clear();
    expect(codeOf(() => other.mean())).toBe('update.impossible');
  });
});
