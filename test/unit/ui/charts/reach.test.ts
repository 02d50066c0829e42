import { reachOf } from '@murmuration/ui/charts/reach';
import { describe, expect, it } from 'vitest';

const reach = (values: readonly number[], kind: 'lines' | 'stack', span?: readonly [number, number]) =>
  reachOf({ x: { label: '', values, ...(span && { span }) }, kind });

describe('a horizontal axis', () => {
  it.each([[[]], [[50]], [[50, 60]], [[1, 99]]])(
    'covers all that was asked for, with values at %j',
    values => {
      for (const kind of ['lines', 'stack'] as const)
        expect(reach(values, kind, [0, 100])).toEqual([-2, 102]);
    },
  );

  it('has room for outer bars and lone values', () => {
    expect(reach([0, 10, 20], 'stack')).toEqual([-6, 26]);
    expect(reach([0, 10], 'lines')).toEqual([0, 10]);
    expect(reach([5], 'lines')).toEqual([4, 6]);
    const hours = reachOf({ x: { label: '', values: [7_200], isTime: true }, kind: 'stack' });
    expect(hours).toEqual([3_600, 10_800]);
  });

  it('reaches marks after the last value', () => {
    const marked = (at: number) =>
      reachOf({
        x: { label: '', values: [0, 10] },
        kind: 'lines',
        marks: [{ at, colour: 'good', text: '' }],
      });
    expect(marked(5)).toEqual([0, 10]);
    expect(marked(15)).toEqual([0, 15]);
  });
});
