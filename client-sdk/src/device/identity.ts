import type { RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives, SigningKey } from '@murmuration/protocol/primitives/primitives';
import type { Storage } from '../storage/storage.ts';

const name = 'identity';

/** The device's Ed25519 key: made on the device the first time, and never sent. */
export async function loadIdentity(
  storage: Storage,
  primitives: Primitives,
  random: RandomBytes,
): Promise<SigningKey> {
  const stored = await storage.get(name);
  if (stored?.length === 32) return primitives.ed25519.signingKey(stored);
  const seed = random(32);
  await storage.put(name, seed);
  return primitives.ed25519.signingKey(seed);
}
