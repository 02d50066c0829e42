import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { TransportPlatform } from '../transport/transport.ts';
import type { IdentityKey } from './identity.ts';

/** What tells of the device that a client runs on. */
export interface DevicePlatform extends TransportPlatform {
  /** Told to the coordinator. */
  readonly name: PlatformName;
  /** The Ed25519 key of a seed of 32 bytes: the device's identity signs with it. */
  readonly signingKey: (seed: Uint8Array) => IdentityKey | Promise<IdentityKey>;
  /** The device's state now; what the platform does not tell is left out. */
  readonly conditions: () => Promise<Conditions>;
  /** Why the device is to be spared now, in words: it does not check in then. Undefined where it may; left out where the platform can't tell. */
  readonly spares?: () => Promise<string | undefined>;
}
