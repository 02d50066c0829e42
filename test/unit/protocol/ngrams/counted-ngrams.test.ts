import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
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
