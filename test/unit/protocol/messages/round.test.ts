import { countedReason } from '@murmuration/protocol/messages/round';
import { expect, it } from 'vitest';

it.each([
  ['stopped', 'stopped'],
  ['busy', 'busy'],
  ['declined', 'declined'],
  ['training.failed', 'training.failed'],
  ['constructor', 'other'],
  ['', 'other'],
  ['I had no time', 'other'],
])('a device that leaves for "%s" counts as %s', (reason, counted) => {
  expect(countedReason(reason)).toBe(counted);
});
