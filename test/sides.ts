import { identityName } from '@murmuration/client-sdk/device/identity';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { type Side, sideOf } from '@murmuration/protocol/queries/sides';
import { sha256 } from '@noble/hashes/sha2.js';

/** Gives a device an identity that is on a side of a source: another one for each number. */
export async function putOn(side: Side, source: string, storage: Storage, number = 0): Promise<void> {
  for (let draw = 0; ; draw++) {
    const seed = sha256(utf8(`device ${number}, draw ${draw}`));
    if (sideOf(seed, source) === side) return storage.put(identityName, seed);
  }
}
