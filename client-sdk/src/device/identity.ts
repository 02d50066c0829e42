import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Storage } from '../storage/storage.ts';

/** Name of the storage entry. */
export const identityName = 'identity';

/** Ed25519 key of a platform. */
export interface IdentityKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Returns the signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Signing key of the device, with its seed (32 bytes) for a thread that signs for it. */
export interface DeviceIdentity extends IdentityKey {
  readonly seed: Uint8Array;
}

/** Returns the device's Ed25519 key, which is created on the device the first time, and never sent. */
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
