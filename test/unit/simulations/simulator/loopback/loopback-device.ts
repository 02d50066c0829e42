import type { DeviceConnection } from '@murmuration/coordinator/devices/device-connection';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import type { LoopbackGateway } from '@murmuration/simulations/loopback/gateway';
import { ProtocolDevice } from '../../../../protocol-device.ts';

/** A device without the SDK on a loopback without latency. */
export class LoopbackDevice extends ProtocolDevice {
  readonly #gateway: LoopbackGateway;
  #connection!: DeviceConnection;
  #tell: (reason: string) => void = () => {};

  constructor(gateway: LoopbackGateway, key?: SigningKey) {
    super(key);
    this.#gateway = gateway;
  }

  async connect(): Promise<this> {
    this.#connection = this.#gateway.connect({
      receive: (event, frame) => this.receive(event, frame),
      closed: () => this.#tell('io server disconnect'),
    });
    await this.challenged();
    return this;
  }

  disconnect(): void {
    this.#gateway.lost(this.#connection);
  }

  closed(): Promise<string> {
    return new Promise(resolve => {
      this.#tell = resolve;
    });
  }

  send(event: string, frame: unknown): Promise<Uint8Array> {
    return this.#gateway.answer(this.#connection, event as DeviceEvent, frame as Uint8Array);
  }
}
