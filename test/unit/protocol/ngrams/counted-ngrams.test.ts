import { countNgrams, keyOf } from '@murmuration/protocol/ngrams/counted-ngrams';
import { expect, it } from 'vitest';

it('counts n-grams that end with a class, the most frequent first, and equally frequent ones always in one order', () => {
  const sequences = [
    [1, 6, 5, 7],
    [1, 7, 5],
    [1, 5, 7],
  ];
  const asked = { length: 1, firstClass: 5, most: 9, shorter: undefined };
  const found = countNgrams(sequences, asked);
  expect(found).toEqual([
    { ids: [5], count: 3 },
    { ids: [7], count: 3 },
    { ids: [6], count: 1 },
  ]);
  // Devices say the same whatever order they have typed in.
  expect(countNgrams(sequences.toReversed(), asked)).toEqual(found);
  expect(countNgrams(sequences, { ...asked, most: 1 })).toEqual([{ ids: [5], count: 3 }]);
});

it('orders equally frequent n-grams by their keys, not by their ids', () => {
  expect(countNgrams([[9, 10, 10, 9, 9, 10]], { length: 1, firstClass: 5, most: 9 })).toEqual([
    { ids: [10], count: 3 },
    { ids: [9], count: 3 },
  ]);
});

it.each([
  // Of the pairs that end with a class, each part that ends with one has to be known.
  [
    [[5], [6]],
    [
      { ids: [1, 5], count: 2 },
      { ids: [5, 6], count: 1 },
    ],
  ],
  [[[6]], []],
  [
    [[5], [17]],
    [
      { ids: [1, 5], count: 2 },
      { ids: [5, 17], count: 1 },
    ],
  ],
])('counts pairs of which %j are known', (known, counted) => {
  const shorter = new Set(known.map(keyOf));
  const sequences = [
    [1, 5, 6],
    [1, 5, 17],
  ];
  expect(countNgrams(sequences, { length: 2, firstClass: 5, most: 9, shorter: shorter as never })).toEqual(
    counted,
  );
});
