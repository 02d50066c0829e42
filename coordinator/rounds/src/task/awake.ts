import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { Task } from './task.ts';

/**
 * Why a device that is woken in the background has no part in a masked round now, in words for its log: it may be asleep before the round's
 * deadlines are over, and a device that is lost there costs the others. Undefined where it can, or does not say how long it stays awake.
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
