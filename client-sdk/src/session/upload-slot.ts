import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/**
 * ms from `now` until an update is sent: until the next multiple of `slot` after `since`, when the device got its assignment, and then up to
 * as much again at random (SPEC.md, UP12). So nobody sees how long the device trained, which would tell how many examples it has. 0
 * where there are no slots.
 */
export function untilUpload(slot: number, since: number, now: number, random: RandomBytes): number {
  if (slot === 0) return 0;
  // A clock that was set back has not gone by at all.
  const passed = Math.max(0, now - since);
  const drawn = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  return slot - (passed % slot) + Math.floor(drawn * slot);
}
