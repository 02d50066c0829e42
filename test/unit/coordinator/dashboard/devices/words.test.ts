import { words } from '@murmuration/dashboard/devices/words';
import { expect, it } from 'vitest';

it.each([
  [3, 1_000, '3 of 1,000 active devices'],
  [1, 1, '1 of 1 active device'],
  [3, 0, '3 devices; none has been active for an hour'],
  [3, 1, '3 devices; 1 has been active for an hour'],
  [40, 12, '40 devices; 12 have been active for an hour'],
])('says of a round that selects %d while %d are active no more than there are', (cohort, active, text) => {
  expect(words.pace.of(cohort, active)).toBe(text);
});
