import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Storage } from '../storage/storage.ts';

/** Where it is stored. */
export const identityName = 'identity';

/** An Ed25519 key, as a platform signs with it. */
export interface IdentityKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** The device's signing key, with its seed (32 bytes) for a thread that signs for it. */
export interface DeviceIdentity extends IdentityKey {
  readonly seed: Uint8Array;
}

/** The device's Ed25519 key: made on the device the first time, and never sent. */
export async function loadIdentity(
  storage: Storage,
  signingKey: (seed: Uint8Array) => IdentityKey | Promise<IdentityKey>,
  random: RandomBytes,
): Promise<DeviceIdentity> {
  const stored = await storage.get(identityName);
  const seed = stored?.length === 32 ? stored : random(32);
  if (seed !== stored) await storage.put(identityName, seed);
  return { ...(await signingKey(seed)), seed };
}
