import { reachOf } from '@murmuration/ui/charts/reach';
import { describe, expect, it } from 'vitest';

const reach = (values: readonly number[], kind: 'lines' | 'stack', span?: readonly [number, number]) =>
  reachOf({ x: { label: '', values, ...(span && { span }) }, kind });

describe('a horizontal axis', () => {
  it('covers all that was asked for, wherever there are values', () => {
    expect(reach([50, 60], 'lines', [0, 100])).toEqual([0, 100]);
    expect(reach([50, 60], 'stack', [0, 100])).toEqual([0, 100]);
    expect(reach([], 'stack', [0, 100])).toEqual([0, 100]);
    expect(reach([50], 'lines', [0, 100])).toEqual([0, 100]);
  });

  it('has room for outer bars and lone values', () => {
    expect(reach([0, 10, 20], 'stack')).toEqual([-6, 26]);
    expect(reach([0, 10], 'stack', [0, 10])).toEqual([-6, 16]);
    expect(reach([0, 10], 'lines')).toEqual([0, 10]);
    expect(reach([5], 'lines')).toEqual([4, 6]);
  });
});
