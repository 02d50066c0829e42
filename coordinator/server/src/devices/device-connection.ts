import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Caller, Identity } from './caller.ts';
import type { Challenge } from './challenge.ts';

/** What carries one connection, such as a socket. */
export interface Carrier {
  send(event: CoordinatorEvent, frame: Uint8Array): void;
  /** Ends the connection once what was sent on it is out, and says that it is lost before this returns. */
  close(): void;
  /** The device has said hello. */
  identified(): void;
  /** Whether a device asks on it by showing a token, as whoever has that may. */
  readonly byToken?: boolean;
}

/** One open connection: its newest challenge and, after its hello, whose it is. */
export class DeviceConnection implements Caller {
  readonly carrier: Carrier;
  challenge: Challenge;
  /** Challenges so far. */
  challenges = 1;
  identity: Identity | undefined;
  isOver = false;
  /** Aborted when the connection is gone. */
  readonly gone = new AbortController();
  /** Stops what closes the connection where no hello comes. */
  cancelHelloLimit: Cancel = () => {};

  constructor(carrier: Carrier, challenge: Challenge) {
    this.carrier = carrier;
    this.challenge = challenge;
  }

  get owner(): Identity {
    if (!this.identity) throw new MurmurationError('device.not-identified');
    return this.identity;
  }

  get isGone(): boolean {
    return this.gone.signal.aborted;
  }
}
