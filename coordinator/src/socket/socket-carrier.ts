import type {
  CoordinatorEvent,
  DeviceEvents as FromDevice,
  CoordinatorEvents as ToDevice,
} from '@murmuration/protocol/messages/channel';
import type { Socket } from 'socket.io';
import type { Carrier } from '../devices/device-connection.ts';
import type { BoundedTransport } from './bounded-transport.ts';

export type DeviceSocket = Socket<FromDevice, ToDevice>;

/** A socket that carries the connection of a device. */
export class SocketCarrier implements Carrier {
  readonly socket: DeviceSocket;
  readonly transport: BoundedTransport;
  /** Messages that wait for their answers. */
  inFlight = 0;

  constructor(socket: DeviceSocket, transport: BoundedTransport) {
    this.socket = socket;
    this.transport = transport;
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
