import type { Primitives, SigningKey } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Storage } from '../storage/storage.ts';

/** Where it is stored. */
export const identityName = 'identity';

/** The device's signing key, with its seed (32 bytes) for a thread that signs for it. */
export interface DeviceIdentity extends SigningKey {
  readonly seed: Uint8Array;
}

/** The device's Ed25519 key: made on the device the first time, and never sent. */
export async function loadIdentity(
  storage: Storage,
  ed25519: Primitives['ed25519'],
  random: RandomBytes,
): Promise<DeviceIdentity> {
  const stored = await storage.get(identityName);
  const seed = stored?.length === 32 ? stored : random(32);
  if (seed !== stored) await storage.put(identityName, seed);
  return { ...ed25519.signingKey(seed), seed };
}
