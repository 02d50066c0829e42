import type { Plan } from '@murmuration/protocol/messages/plan';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { SessionPlatform } from './ports.ts';

/**
 * Waits until an update may be sent: the next multiple of the plan's `uploadSlot` after `since`, plus up to
 * one slot at random (SPEC.md, UP12); returns at once without slots. `since`: when the device had all that
 * it trains from. The time of an upload then hides how long the device trained, which would reveal its
 * number of examples. If slots counted from the assignment, a coordinator that delays a download could see
 * by how much training exceeds a slot.
 */
export async function untilSlot(
  { uploadSlot: slot = 0 }: Plan,
  since: number,
  { clock, random }: SessionPlatform,
  signal: AbortSignal,
): Promise<void> {
  if (slot === 0) return;
  // A negative time: the clock was set back.
  const passed = Math.max(0, clock.now() - since);
  const drawn = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  await sleep(slot - (passed % slot) + Math.floor(drawn * slot), clock, signal);
}
