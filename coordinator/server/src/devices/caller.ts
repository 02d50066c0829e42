import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { Device } from '@murmuration/rounds/population/device';

/** Identity that was proven by the hello on a connection. */
export interface Identity {
  readonly device: Device;
  readonly sdk: string;
  readonly platform: PlatformName;
}

/** Sender of a message, over any transport. */
export interface Caller {
  /** Identity of the sender. Throws `device.not-identified` before the hello. */
  readonly owner: Identity;
  /** True if the connection closes after the current answer. */
  isOver: boolean;
  /** True if the sender can't be answered any more. */
  readonly isGone: boolean;
}
