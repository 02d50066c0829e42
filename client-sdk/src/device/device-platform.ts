import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { TransportPlatform } from '../transport/transport.ts';
import type { IdentityKey } from './identity.ts';

/** Platform interface for data about the device. */
export interface DevicePlatform extends TransportPlatform {
  /** Name of the platform, which the coordinator gets. */
  readonly name: PlatformName;
  /** Returns the Ed25519 key of a 32-byte seed: the device's identity signs with it. */
  readonly signingKey: (seed: Uint8Array) => IdentityKey | Promise<IdentityKey>;
  /** Returns the device's current conditions, as far as the platform reports them. */
  readonly conditions: () => Promise<Conditions>;
  /**
   * Returns the reason to spare the device now, so that it doesn't check in; undefined if there is none.
   * Absent if the platform can't tell.
   */
  readonly spares?: () => Promise<string | undefined>;
}
