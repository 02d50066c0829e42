import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Storage } from '../storage/storage.ts';

const name = 'draw-secret';
const secretBytes = 32;

/**
 * The secret from which a device draws examples, their order and dropout: made the first time and kept, so that a restart in a round draws the
 * same, and sent to nobody. 32 bytes.
 */
export async function drawSecret(storage: Storage, random: RandomBytes): Promise<Uint8Array> {
  const stored = await storage.get(name);
  if (stored?.length === secretBytes) return stored;
  const secret = random(secretBytes);
  await storage.put(name, secret);
  return secret;
}
