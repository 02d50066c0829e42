import type {
  CoordinatorEvent,
  DeviceEvents as FromDevice,
  CoordinatorEvents as ToDevice,
} from '@murmuration/protocol/messages/channel';
import type { Socket } from 'socket.io';
import type { Sender } from '../devices/admission.ts';
import type { Carrier } from '../devices/device-connection.ts';
import type { BoundedTransport } from './bounded-transport.ts';

export type DeviceSocket = Socket<FromDevice, ToDevice>;

/** Carrier of a device's connection on a socket. */
export class SocketCarrier implements Carrier, Sender {
  readonly socket: DeviceSocket;
  readonly transport: BoundedTransport;
  inFlight = 0;

  constructor(socket: DeviceSocket, transport: BoundedTransport) {
    this.socket = socket;
    this.transport = transport;
  }

  get id(): string {
    return this.socket.id;
  }

  get address(): string {
    return this.transport.address;
  }

  pause(ms: number): void {
    this.transport.pause(ms);
  }

  send(event: CoordinatorEvent, frame: Uint8Array): void {
    if (this.transport.admits()) this.socket.emit(event, frame);
  }

  close(): void {
    this.socket.disconnect(true);
  }

  identified(): void {
    this.transport.identified();
  }
}
