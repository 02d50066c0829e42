import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type {
  DeviceEvents as FromDevice,
  CoordinatorEvents as ToDevice,
} from '@murmuration/protocol/messages/channel';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Socket } from 'socket.io';
import type { BoundedTransport } from './bounded-transport.ts';
import type { Caller, Identity } from './caller.ts';
import type { Challenge } from './challenge.ts';

export type DeviceSocket = Socket<FromDevice, ToDevice>;

/** One open connection: its newest challenge and, after its hello, whose it is. */
export class Connection implements Caller {
  readonly socket: DeviceSocket;
  readonly transport: BoundedTransport;
  /** Messages that wait for their answers. */
  inFlight = 0;
  challenge: Challenge;
  /** Challenges so far. */
  challenges = 1;
  identity: Identity | undefined;
  isOver = false;
  /** Aborted when the connection is gone. */
  readonly gone = new AbortController();
  /** Stops what closes the connection where no hello comes. */
  cancelHelloLimit: Cancel = () => {};

  constructor(socket: DeviceSocket, transport: BoundedTransport, challenge: Challenge) {
    this.socket = socket;
    this.transport = transport;
    this.challenge = challenge;
  }

  get owner(): Identity {
    if (!this.identity) throw new MurmurationError('device.not-identified');
    return this.identity;
  }
}
