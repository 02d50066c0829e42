import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Caller, Identity } from './caller.ts';
import type { OpenChallenge } from './challenge.ts';

/** Transport of one connection, such as a socket. */
export interface Carrier {
  send(event: CoordinatorEvent, frame: Uint8Array): void;
  /** Closes the connection once everything sent on it is out; reports the loss before this returns. */
  close(): void;
  /** Called when the device has said hello. */
  identified(): void;
  /** True if requests prove themselves only by a token, which another party may have obtained. */
  readonly byToken?: boolean;
}

/** Open connection: its newest challenge and, after its hello, its device. */
export class DeviceConnection implements Caller {
  readonly carrier: Carrier;
  challenge: OpenChallenge;
  /** Number of challenges so far. */
  challenges = 1;
  identity: Identity | undefined;
  isOver = false;
  /** Aborted when the connection is gone. */
  readonly gone = new AbortController();
  /** Cancels the time limit for the hello. */
  cancelHelloLimit: Cancel = () => {};

  constructor(carrier: Carrier, challenge: OpenChallenge) {
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
