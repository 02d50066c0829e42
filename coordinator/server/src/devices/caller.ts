import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { Device } from '@murmuration/rounds/population/device';

/** Who said hello on a connection. */
export interface Identity {
  readonly device: Device;
  readonly sdk: string;
  readonly platform: PlatformName;
}

/** Whoever sends a message, whatever carries it. */
export interface Caller {
  /** Throws `device.not-identified` before the hello. */
  readonly owner: Identity;
  /** Whether the connection closes with the answer that is being given. */
  isOver: boolean;
  /** Whether it can't be answered any more. */
  readonly isGone: boolean;
}
