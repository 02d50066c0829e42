import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a bounded map', () => {
  it('lets the entry give way that was set longest ago', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
    expect([...map]).toEqual([
      ['a', 3],
      ['c', 4],
    ]);
    map.delete('a');
    map.set('d', 5);
    expect([...map.keys()]).toEqual(['c', 'd']);
  });

  it('has the newest keys, as many as it may, whatever is set in whichever order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 0, max: 9 })), (most, keys) => {
        const map = new BoundedMap<number, number>(most);
        for (const [at, key] of keys.entries()) map.set(key, at);
        const newest = [...new Set(keys.toReversed())].slice(0, most).toReversed();
        expect([...map]).toEqual(newest.map(key => [key, keys.lastIndexOf(key)]));
      }),
    );
  });
});
