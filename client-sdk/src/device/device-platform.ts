import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { TransportPlatform } from '../transport/transport.ts';

/** What tells of the device that a client runs on. */
export interface DevicePlatform extends TransportPlatform {
  /** Told to the coordinator. */
  readonly name: PlatformName;
  /** The signatures of the device's identity. */
  readonly ed25519: Primitives['ed25519'];
  /** The device's state now; what the platform does not tell is left out. */
  readonly conditions: () => Promise<Conditions>;
}
