import type { Transport, TransportListener, UploadRights } from '@murmuration/client-sdk/transport/transport';
import type { DeviceConnection } from '@murmuration/coordinator/devices/device-connection';
import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { LoopbackGateway } from './gateway.ts';

/** Milliseconds until a connection that the coordinator closed is opened again. */
const reconnection = 4_000;

/** Properties of a device's network, and a listener to its traffic. */
export interface Network {
  /** Returns the ms that a transfer takes. */
  transferMs(bytes: number, way: 'up' | 'down'): number;
  /** Called with the bytes of each transfer. */
  passed(bytes: number, way: 'up' | 'down'): void;
}

/** Bytes of a file's request or a message's envelope. */
const envelopeBytes = 64;

/**
 * Connects a device to a coordinator in the same process: transfers take time on the clock, and frames arrive
 * in order.
 */
export class LoopbackLink implements Transport {
  readonly #gateway: LoopbackGateway;
  readonly #clock: Clock;
  readonly #network: Network;
  #listener: TransportListener | undefined;
  #connection: DeviceConnection | undefined;
  /** Aborted when the connection is gone. */
  #breaks = new AbortController();
  /** Time when the last frame arrives; later frames arrive no earlier. */
  #arrival = 0;

  constructor(gateway: LoopbackGateway, clock: Clock, network: Network) {
    this.#gateway = gateway;
    this.#clock = clock;
    this.#network = network;
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    this.#breaks = new AbortController();
    void this.#connect(this.#breaks.signal);
  }

  close(): void {
    this.#listener = undefined;
    this.#lose();
  }

  /** Cuts the network for good. */
  cut(): void {
    const listener = this.#listener;
    this.close();
    listener?.disconnected('transport close');
  }

  /** Id of the connected device, once the coordinator knows it. */
  get device(): DeviceId | undefined {
    return this.#connection?.identity?.device.id;
  }

  async request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    const connection = this.#connection;
    if (!connection) throw new MurmurationError('server.unreachable');
    const { signal } = this.#breaks;
    await this.#passes(frame.length, 'up', signal);
    const answer = await untilAborted(this.#gateway.answer(connection, event, frame), signal);
    await this.#passes(answer.length, 'down', signal);
    return answer;
  }

  async upload(path: string, rights: UploadRights, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const either = this.#withNetwork(signal);
    await this.#passes(bytes.length, 'up', either);
    await untilAborted(this.#gateway.upload(path, rights, bytes), either);
    await this.#passes(0, 'down', either);
  }

  async download(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array> {
    const either = this.#withNetwork(signal);
    await this.#passes(0, 'up', either);
    const bytes = await untilAborted(this.#gateway.download(path), either);
    if (bytes.length > limit) throw new MurmurationError('model.corrupt', 'The file is too long.');
    await this.#passes(bytes.length, 'down', either);
    return bytes;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    try {
      await this.#passes(0, 'up', signal);
    } catch {
      // Closed before it was open.
      return;
    }
    this.#arrival = 0;
    this.#connection = this.#gateway.connect({
      receive: (event, frame) => {
        const time = Math.max(this.#arrival, this.#clock.now() + this.#time(frame.length, 'down'));
        this.#arrival = time;
        this.#clock.at(time, () => {
          if (!signal.aborted) this.#listener?.message(event, frame);
        });
      },
      closed: () => this.#closedByCoordinator(),
    });
  }

  #closedByCoordinator(): void {
    this.#lose();
    this.#listener?.disconnected('io server disconnect');
    this.#breaks = new AbortController();
    const { signal } = this.#breaks;
    this.#clock.at(this.#clock.now() + reconnection, () => {
      if (!signal.aborted && this.#listener) void this.#connect(signal);
    });
  }

  #lose(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#breaks.abort(new MurmurationError('server.unreachable'));
    if (connection) this.#gateway.lost(connection);
  }

  #withNetwork(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#breaks.signal]);
  }

  #time(bytes: number, way: 'up' | 'down'): number {
    this.#network.passed(bytes + envelopeBytes, way);
    return this.#network.transferMs(bytes + envelopeBytes, way);
  }

  /** Resolves when the bytes have arrived; throws the reason of `signal` once that is aborted. */
  #passes(bytes: number, way: 'up' | 'down', signal: AbortSignal): Promise<void> {
    return sleep(this.#time(bytes, way), this.#clock, signal);
  }
}
