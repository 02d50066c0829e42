import { MurmurationError } from '@murmuration/protocol/errors';
import type {
  DeviceEvents as FromDevice,
  CoordinatorEvents as ToDevice,
} from '@murmuration/protocol/messages/channel';
import type { Socket } from 'socket.io';
import type { Device } from '../population/device.ts';

export type DeviceSocket = Socket<FromDevice, ToDevice>;

/** Who said hello on a connection. */
export interface Identity {
  readonly device: Device;
  readonly sdk: string;
  readonly platform: string;
}

/** One open connection: the nonce that it was challenged with and, after its hello, whose it is. */
export class Connection {
  readonly socket: DeviceSocket;
  readonly nonce: Uint8Array;
  identity: Identity | undefined;

  constructor(socket: DeviceSocket, nonce: Uint8Array) {
    this.socket = socket;
    this.nonce = nonce;
  }

  /** Throws `device.not-identified` before the hello. */
  get owner(): Identity {
    if (!this.identity) throw new MurmurationError('device.not-identified');
    return this.identity;
  }
}
