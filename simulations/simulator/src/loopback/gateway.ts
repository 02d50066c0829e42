import type { UploadRights } from '@murmuration/client-sdk/transport/transport';
import type { Core } from '@murmuration/coordinator/assembly/core';
import type { DeviceConnection } from '@murmuration/coordinator/devices/device-connection';
import type { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type ModelHash, parseAssignmentId, parseRoundId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { refusalOf } from '@murmuration/protocol/messages/frame';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';

/** Device's end of a connection. */
export interface LoopbackPeer {
  /** Takes a frame from the coordinator. */
  receive(event: CoordinatorEvent, frame: Uint8Array): void;
  /** Called when the coordinator has closed the connection. */
  closed(): void;
}

type OpenCore = Pick<Core, 'rounds' | 'registry' | 'traffic' | 'requests' | 'uploads'>;

/**
 * Carries devices' connections to a coordinator in the same process. Frames are encoded, limited, parsed and
 * answered as over sockets.
 */
export class LoopbackGateway {
  readonly #connections: DeviceConnections;
  readonly #events: CoordinatorEvents;
  #core!: OpenCore;

  constructor(connections: DeviceConnections, events: CoordinatorEvents) {
    this.#connections = connections;
    this.#events = events;
  }

  /** Starts to accept connections. */
  open(core: OpenCore): void {
    this.#core = core;
    this.#connections.open(core.requests);
  }

  /** Connects a device; the coordinator sends it a challenge. */
  connect(peer: LoopbackPeer): DeviceConnection {
    const connection: DeviceConnection = this.#connections.connect({
      send: (event, frame) => peer.receive(event, frame),
      close: () => {
        this.lost(connection);
        peer.closed();
      },
      identified: () => {},
    });
    return connection;
  }

  /** Tells the coordinator that the connection is gone. */
  lost(connection: DeviceConnection): void {
    this.#connections.lost(connection);
  }

  /** Returns the frame that answers a frame. */
  answer(connection: DeviceConnection, event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    const work = () => this.#connections.handle(connection, event, frame);
    return new Promise(resolve => void this.#connections.answer(connection, event, work, resolve));
  }

  /** Takes an update as `PUT` to its path does, with the same errors. */
  async upload(path: string, { token, signature }: UploadRights, bytes: Uint8Array): Promise<void> {
    try {
      const [, , , round, , assignment] = path.split('/') as [string, string, string, string, string, string];
      const head = {
        round: parseRoundId(round),
        assignment: parseAssignmentId(assignment),
        token,
        signature,
        length: bytes.length,
      };
      const { uploads } = this.#core;
      uploads.check(head);
      await uploads.take(head, bytes);
    } catch (error) {
      const { code, detail } = refusalOf(error);
      this.#events.emit('refused', 'update', code, detail);
      if (!(error instanceof MurmurationError)) this.#events.emit('fault', 'update', error);
      throw error;
    }
  }

  /**
   * Returns a file of a model version, as `GET` of its path does.
   * @throws `model.missing`
   */
  async download(path: string): Promise<Uint8Array> {
    const [, , , model, file] = path.split('/') as [string, string, string, ModelHash, string];
    const { registry, traffic, rounds } = this.#core;
    const bytes = await registry.blob(file === 'model.json' ? model : file.slice(0, 64));
    const [task] = rounds.values();
    traffic.add(task!.task.name, 'down', bytes.length);
    return bytes;
  }
}
