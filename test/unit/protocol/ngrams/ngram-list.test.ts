import { doublings, listNumbers, mostOfDevice, ngramsOfList } from '@murmuration/protocol/ngrams/ngram-list';
import { describe, expect, it } from 'vitest';

const list = [
  [4, 1],
  [4, 2],
  [7, 7],
];

/** Adds up the numbers of devices that have these n-grams. */
function counted(...devices: { readonly ids: number[]; readonly count: number }[][]) {
  const said = new Map<number, number>();
  for (const own of devices)
    for (const number of listNumbers(own, list)) said.set(number, (said.get(number) ?? 0) + 1);
  return ngramsOfList(list, said);
}

describe('the numbers of a list (QY12)', () => {
  it('are one for each doubling of how often a device has an n-gram', () => {
    const numbers = (count: number) => listNumbers([{ ids: [4, 2], count }], list);
    expect(doublings).toBe(5);
    expect(numbers(1)).toEqual([5]);
    expect(numbers(2)).toEqual([5, 6]);
    expect(numbers(3)).toEqual([5, 6]);
    expect(numbers(4)).toEqual([5, 6, 7]);
    expect(numbers(15)).toEqual([5, 6, 7, 8]);
    expect(numbers(16)).toEqual([5, 6, 7, 8, 9]);
    expect(numbers(99)).toEqual([5, 6, 7, 8, 9]);
  });

  it('say nothing of what is not on the list', () => {
    expect(listNumbers([{ ids: [1, 4], count: 3 }], list)).toEqual([]);
  });

  it('add up to the greatest doubling that each device reaches', () => {
    expect(mostOfDevice).toBe(16);
    const [seven, one] = [
      { ids: [7, 7], count: 7 },
      { ids: [7, 7], count: 1 },
    ];
    expect(counted([seven], [one], [{ ids: [4, 1], count: 40 }])).toEqual([
      { ids: [4, 1], count: 16 },
      { ids: [7, 7], count: 5 },
    ]);
  });

  it('leave out what no device said once, whatever else was said of it', () => {
    expect(ngramsOfList(list, new Map([[6, 9]]))).toEqual([]);
  });
});
