import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkIn } from '@murmuration/protocol/messages/check-in';
import {
  decodeFrame,
  encodeAccepted,
  encodeFrame,
  encodeRefused,
} from '@murmuration/protocol/messages/frame';
import { enrol, forget, hello } from '@murmuration/protocol/messages/hello';
import { maskingContribution } from '@murmuration/protocol/messages/masking';
import { predict } from '@murmuration/protocol/messages/predict';
import { type Assignment, encodeAssignment, leave } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import type * as z from 'zod/mini';
import type { Transport, TransportListener, UploadRights } from '../transport/transport.ts';

const schemas = {
  enrol,
  hello,
  'check-in': checkIn,
  leave,
  forget,
  predict,
  keys: maskingContribution,
  shares: maskingContribution,
  agree: maskingContribution,
  reveal: maskingContribution,
} as const satisfies Record<DeviceEvent, z.ZodMiniType>;

/** Message of each event of a device. */
export type DeviceMessages = { [Event in DeviceEvent]: z.output<(typeof schemas)[Event]> };

/** Handler of each event of a device; its errors are refusals. */
export type EventAnswers = { readonly [Event in DeviceEvent]: (message: DeviceMessages[Event]) => unknown };

/** Requests of a device that can be refused: its events, downloads and uploads. */
export type Asked = DeviceEvent | 'download' | 'upload';

/** Callbacks of the coordinator in memory. */
export interface MemoryPorts {
  readonly clock: Clock;
  readonly answers: EventAnswers;
  readonly connected: () => void;
  readonly closed: () => void;
  readonly file: (path: string) => Uint8Array | undefined;
  readonly uploaded: (path: string, rights: UploadRights, bytes: Uint8Array) => void;
}

/** Milliseconds until a client tries to connect again. */
const testReconnectMs = 5_000;

/** Device's connection to the coordinator in memory, with the frames of a real one. */
export class MemoryConnection {
  readonly #ports: MemoryPorts;
  readonly #refusals: { readonly asked: Asked; readonly error: MurmurationError; times: number }[] = [];
  #listener: TransportListener | undefined;
  #isAway = false;

  constructor(ports: MemoryPorts) {
    this.#ports = ports;
  }

  get isOpen(): boolean {
    return this.#listener !== undefined && !this.#isAway;
  }

  /** Creates the transport of one client; only one may be open at a time. */
  transport(): Transport {
    let mine: TransportListener | undefined;
    const close = () => {
      if (mine && this.#listener === mine) {
        this.#listener = undefined;
        this.#ports.closed();
      }
      mine = undefined;
    };
    return {
      open: listener => {
        close();
        if (this.#listener)
          throw new Error(
            'The coordinator in memory has one device at a time; stop the client that it has first.',
          );
        mine = listener;
        this.#listener = listener;
        this.#connect();
      },
      close,
      findProblem: async () => ({ problem: 'refused', detail: 'The coordinator in memory is away.' }),
      request: (event, frame) => this.#request(event, frame),
      download: (path, limit) => this.#download(path, limit),
      upload: (path, rights, bytes) => this.#upload(path, rights, bytes),
    };
  }

  goAway(): void {
    const wasOpen = this.isOpen;
    this.#isAway = true;
    this.#ports.closed();
    if (wasOpen) this.#listener?.disconnected('transport close', this.#ports.clock.now() + testReconnectMs);
  }

  comeBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    if (this.#listener) this.#connect();
  }

  refuse(asked: Asked, error: MurmurationError, times: number): void {
    this.#refusals.push({ asked, error, times });
  }

  /** Sends a message to the device, if it is connected. */
  send(event: CoordinatorEvent, message: unknown): void {
    if (!this.isOpen) return;
    const frame = event === 'assignment' ? encodeAssignment(message as Assignment) : encodeFrame(message);
    this.#listener?.message(event, frame);
  }

  async #request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    this.#requireOpen();
    const message = decodeFrame(frame, schemas[event] as z.ZodMiniType);
    try {
      this.#requireWelcome(event);
      const answer = this.#ports.answers[event] as (message: unknown) => unknown;
      return encodeAccepted(await answer(message));
    } catch (error) {
      return encodeRefused(error);
    }
  }

  async #download(path: string, limit: number): Promise<Uint8Array> {
    this.#requireOpen();
    this.#requireWelcome('download');
    const bytes = this.#ports.file(path);
    if (!bytes) throw new MurmurationError('model.missing');
    if (bytes.length > limit) throw new MurmurationError('server.unreachable', `${path} is too large.`);
    return bytes;
  }

  async #upload(path: string, rights: UploadRights, bytes: Uint8Array): Promise<void> {
    this.#requireOpen();
    this.#requireWelcome('upload');
    this.#ports.uploaded(path, rights, bytes.slice());
  }

  #connect(): void {
    if (this.#isAway) this.#listener?.failed?.(this.#ports.clock.now() + testReconnectMs);
    // Asynchronous, as over a network.
    else queueMicrotask(() => this.isOpen && this.#ports.connected());
  }

  #requireOpen(): void {
    if (!this.isOpen) throw new MurmurationError('server.unreachable', 'The coordinator in memory is away.');
  }

  /** Throws the test's refusal of a request, if any. */
  #requireWelcome(asked: Asked): void {
    const found = this.#refusals.findIndex(each => each.asked === asked);
    const refusal = this.#refusals[found];
    if (!refusal) return;
    refusal.times -= 1;
    if (refusal.times <= 0) this.#refusals.splice(found, 1);
    throw refusal.error;
  }
}
