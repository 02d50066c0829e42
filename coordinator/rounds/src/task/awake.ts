import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { Task } from './task.ts';

/**
 * Returns the reason, for the device's log, why a device woken in the background can't join a masked round:
 * it may fall asleep before the round's deadlines are over, and a dropout delays the other devices. Returns
 * undefined if it can join, or doesn't report how long it stays awake.
 */
export function asleepTooSoon(
  { masking, deadlines }: Pick<Task, 'masking' | 'deadlines'>,
  { conditions: { awake } }: CheckIn,
): string | undefined {
  if (!masking || awake === undefined) return undefined;
  const { gathering, keys, shares, updates, agreement, unmasking } = deadlines;
  const longest = gathering + keys + shares + updates + agreement + unmasking;
  if (awake >= longest) return undefined;
  return `a masked round may last ${Math.ceil(longest / 1_000)} s; the device stays awake for ${Math.floor(awake / 1_000)} s`;
}
