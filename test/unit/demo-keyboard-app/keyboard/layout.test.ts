import { layers, neighbour } from '@murmuration/demo-keyboard-app/src/keyboard/layout';
import { describe, expect, it } from 'vitest';

describe.each(Object.entries(layers))('the layer of %s', (_, rows) => {
  it('has each key once, space and send among them', () => {
    const keys = rows.flat().map(key => ('action' in key ? key.action : key.character));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['space', 'send', 'erase']));
  });

  it('can be walked from any key to any other with the arrows', () => {
    const reached = new Set(['0,0']);
    for (const place of reached) {
      const [row, column] = place.split(',').map(Number) as [number, number];
      for (const arrow of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'])
        reached.add(neighbour(rows, [row, column], arrow).join());
    }
    expect(reached.size).toBe(rows.flat().length);
  });
});

describe('the arrows', () => {
  it('stay at the edges', () => {
    expect(neighbour(layers.letters, [0, 0], 'ArrowUp')).toEqual([0, 0]);
    expect(neighbour(layers.letters, [0, 0], 'ArrowLeft')).toEqual([0, 0]);
    expect(neighbour(layers.letters, [3, 4], 'ArrowDown')).toEqual([3, 4]);
    expect(neighbour(layers.letters, [0, 3], 'End')).toEqual([0, 9]);
    expect(neighbour(layers.letters, [0, 3], 'Home')).toEqual([0, 0]);
  });
});
