import { identityName } from '@murmuration/client-sdk/device/identity';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { type Side, sideOf } from '@murmuration/protocol/queries/sides';
import { sha256 } from '@noble/hashes/sha2.js';

/** Seeds of identities that are on a side of a source, so many, others for each `name`. */
export function seedsOn(side: Side, source: string, count: number, name = ''): Uint8Array[] {
  const seeds: Uint8Array[] = [];
  for (let draw = 0; seeds.length < count; draw++) {
    const seed = sha256(utf8(`device ${name}, draw ${draw}`));
    if (sideOf(seed, source) === side) seeds.push(seed);
  }
  return seeds;
}

/** Gives a device an identity that is on a side of a source: another one for each number. */
export async function putOn(side: Side, source: string, storage: Storage, number = 0): Promise<void> {
  await storage.put(identityName, seedsOn(side, source, 1, String(number))[0]!);
}
