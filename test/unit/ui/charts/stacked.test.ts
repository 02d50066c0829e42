import { topsOf } from '@murmuration/ui/charts/stacked';
import { describe, expect, it } from 'vitest';

describe('parts of a stack', () => {
  it('end where those below them and they themselves do', () => {
    expect(
      topsOf([
        [1, 2],
        [10, null],
        [100, 200],
      ]),
    ).toEqual([
      [1, 2],
      [11, 2],
      [111, 202],
    ]);
    expect(topsOf([])).toEqual([]);
  });
});
