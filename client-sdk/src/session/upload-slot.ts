import type { Plan } from '@murmuration/protocol/messages/plan';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { SessionPlatform } from './ports.ts';

/**
 * Waits for the time at which an update is sent: the next multiple of the plan's `uploadSlot` after `since`, when the device had all that it trains
 * from, and then up to as much again at random (SPEC.md, UP12). So nobody sees how long the device trained, which would tell how many
 * examples it has; counted from the assignment, whoever holds up a download would see by how much training goes beyond a slot. Where there are no slots, that is now.
 */
export async function untilSlot(
  { uploadSlot: slot = 0 }: Plan,
  since: number,
  { clock, random }: SessionPlatform,
  signal: AbortSignal,
): Promise<void> {
  if (slot === 0) return;
  // A clock that was set back has not gone by at all.
  const passed = Math.max(0, clock.now() - since);
  const drawn = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  await sleep(slot - (passed % slot) + Math.floor(drawn * slot), clock, signal);
}
