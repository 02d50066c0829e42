import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Storage } from '../storage/storage.ts';

const drawSecretKey = 'draw-secret';
const secretBytes = 32;

/**
 * Returns the 32-byte secret from which a device draws examples, their order and dropout. It is created once
 * and kept, so that a restart in a round draws the same; it is never sent.
 */
export async function drawSecret(storage: Storage, random: RandomBytes): Promise<Uint8Array> {
  const stored = await storage.get(drawSecretKey);
  if (stored?.length === secretBytes) return stored;
  const secret = random(secretBytes);
  await storage.put(drawSecretKey, secret);
  return secret;
}
