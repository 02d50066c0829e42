import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Sender } from '../devices/admission.ts';
import type { Carrier } from '../devices/device-connection.ts';
import { KeptAnswers } from './kept-answers.ts';

/** Milliseconds without a request after which a connection is lost, the same as for a silent socket. */
const silenceMs = 20_000;
/**
 * Milliseconds after which a connection is lost if its last request broke off: the device sends it again, or
 * is gone.
 */
const afterBreak = 2_000;
/** Milliseconds for which messages of a closed connection can still be read. */
const readableAfterCloseMs = 5_000;

/** Message that its device has not acknowledged. */
export interface Message {
  /** Number of the message, from 1 in each connection. */
  readonly number: number;
  readonly event: CoordinatorEvent;
  readonly frame: Uint8Array;
}

/** Answer to a request: its frame and, if it has one, the delay in ms after which the device comes again. */
export interface Reply {
  readonly frame: Uint8Array;
  readonly after: number | undefined;
}

export interface PolledCarrierPorts {
  readonly clock: Clock;
  /** Maximum bytes kept for a device that does not read them. */
  readonly outgoing: number;
  /** Called when the device is identified. */
  known(): void;
  /** Called when the device is gone, or the coordinator has closed the connection. */
  lost(): void;
  /** Called when nothing can be read any more. */
  ended(): void;
  /** Called when the device has left too much unread. */
  unread(): void;
}

/**
 * Carrier of one connection over plain HTTP: messages wait until they are polled, and until the device
 * acknowledges them.
 */
export class PolledCarrier implements Carrier, Sender {
  readonly id: string;
  readonly address: string;
  readonly byToken = true;
  inFlight = 0;
  readonly answers = new KeptAnswers<Reply>();
  readonly #ports: PolledCarrierPorts;
  #held: Message[] = [];
  /** Total bytes of the held messages. */
  #bytes = 0;
  /** Numbers of the newest message and of the last acknowledged one. */
  #newest = 0;
  #read = 0;
  /** Ends the waiting poll, with the next message or without one. */
  #wake: (() => void) | undefined;
  /** Number of requests under way. */
  #open = 0;
  #cancelLimit: Cancel = () => {};
  #isClosed = false;
  #isEnded = false;

  /** `id` distinguishes the connection from others, and is no secret. */
  constructor(id: string, address: string, ports: PolledCarrierPorts) {
    this.id = id;
    this.address = address;
    this.#ports = ports;
  }

  get newest(): number {
    return this.#newest;
  }

  /** First message, the challenge. */
  get first(): Message {
    return this.#held[0]!;
  }

  get isPolled(): boolean {
    return this.#wake !== undefined;
  }

  /** True if requests are no longer accepted. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(event: CoordinatorEvent, frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#newest += 1;
    this.#held.push({ number: this.#newest, event, frame });
    this.#bytes += frame.length;
    if (this.#bytes > this.#ports.outgoing) {
      this.#ports.unread();
      this.destroy();
    } else this.#wake?.();
  }

  /** Does nothing: a client that asks too often gets an error, since there is nothing to read more slowly. */
  pause(): void {}

  identified(): void {
    this.#ports.known();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelLimit();
    this.#ports.lost();
    const { clock } = this.#ports;
    this.#cancelLimit = clock.at(clock.now() + readableAfterCloseMs, () => this.#end());
    this.#wake?.();
  }

  /** Closes the connection and drops unread messages. */
  destroy(): void {
    this.#held = [];
    this.close();
    this.#end();
  }

  /**
   * Marks a request as under way until the returned function is called with true if it broke off. A
   * connection without requests for a while is lost.
   */
  hold(): (isBroken: boolean) => void {
    this.#open += 1;
    if (!this.#isClosed) this.#cancelLimit();
    let isOver = false;
    return isBroken => {
      if (isOver) return;
      isOver = true;
      this.#open -= 1;
      if (this.#open > 0 || this.#isClosed) return;
      const { clock } = this.#ports;
      this.#cancelLimit();
      this.#cancelLimit = clock.at(clock.now() + (isBroken ? afterBreak : silenceMs), () => this.destroy());
    };
  }

  /** Throws `request.not-found` if requests are no longer accepted. */
  requireOpen(): void {
    if (this.#isClosed) throw gone();
  }

  /**
   * Returns the message after number `after` as soon as it exists; `after` acknowledges all messages up to
   * it. Returns undefined after `wait` ms, when `broken` aborts, or when another poll replaces this one.
   * Throws `request.invalid` for a number that no message has had, or that is below an acknowledged one, and
   * `request.not-found` once nothing more can come.
   */
  async next(after: number, wait: number, broken: AbortSignal): Promise<Message | undefined> {
    this.#readUntil(after);
    this.#wake?.();
    if (this.#held.length === 0 && wait > 0 && !this.#isClosed && !broken.aborted)
      await this.#change(wait, broken);
    const [message] = this.#held;
    if (!message && this.#isClosed) {
      this.#end();
      throw gone();
    }
    // Another poll may have acknowledged messages meanwhile.
    return message?.number === after + 1 ? message : undefined;
  }

  #readUntil(number: number): void {
    if (number > this.#newest)
      throw new MurmurationError(
        'request.invalid',
        `after: ${this.#newest} messages were sent on this connection, and no message ${number}.`,
      );
    if (number < this.#read)
      throw new MurmurationError(
        'request.invalid',
        `after: the device has read message ${this.#read} already; it is no longer kept.`,
      );
    this.#read = number;
    while (this.#held[0] && this.#held[0].number <= number) this.#bytes -= this.#held.shift()!.frame.length;
  }

  /** Resolves when there may be a message, or no reason to wait for one. */
  #change(wait: number, broken: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    return new Promise(resolve => {
      const wake = () => {
        cancel();
        broken.removeEventListener('abort', wake);
        if (this.#wake === wake) this.#wake = undefined;
        resolve();
      };
      const cancel = clock.at(clock.now() + wait, wake);
      broken.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelLimit();
    this.#ports.ended();
  }
}

export function gone(): MurmurationError {
  return new MurmurationError(
    'request.not-found',
    'There is no such connection: it was closed, or nothing came on it for a while, or the coordinator was started again. Open another one.',
  );
}
