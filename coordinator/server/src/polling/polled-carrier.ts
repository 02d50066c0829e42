import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Sender } from '../devices/admission.ts';
import type { Carrier } from '../devices/device-connection.ts';
import { KeptAnswers } from './kept-answers.ts';

/** ms without a request after which a connection is lost: as long as a socket is waited for that does not answer. */
const silence = 20_000;
/** ms after which it is lost where its last request broke off: the device that sent it sends it again, or is gone. */
const afterBreak = 2_000;
/** ms for which what was sent on a connection that is closed can still be read. */
const flushLimit = 5_000;

/** A message that its device has not said to have read. */
export interface Message {
  /** Those of a connection count from 1. */
  readonly number: number;
  readonly event: CoordinatorEvent;
  readonly frame: Uint8Array;
}

/** The answer to a request: its frame, and the ms after which the device is to come again, where it says so. */
export interface Answer {
  readonly frame: Uint8Array;
  readonly after: number | undefined;
}

export interface PolledCarrierPorts {
  readonly clock: Clock;
  /** Bytes that are kept for a device that does not read them. */
  readonly outgoing: number;
  /** It is no longer a stranger's. */
  known(): void;
  /** The device is gone, or was closed by the coordinator: it is connected no more. */
  lost(): void;
  /** Nothing can be read any more. */
  ended(): void;
  /** The device has left too much unread. */
  unread(): void;
}

/** What carries one connection over plain HTTP: messages wait until they are polled, and until the device says that it has read them. */
export class PolledCarrier implements Carrier, Sender {
  readonly id: string;
  readonly address: string;
  readonly byToken = true;
  inFlight = 0;
  readonly answers = new KeptAnswers<Answer>();
  readonly #ports: PolledCarrierPorts;
  #held: Message[] = [];
  /** Bytes of those. */
  #bytes = 0;
  /** The number of the newest message, and of the last one that was read. */
  #newest = 0;
  #read = 0;
  /** Ends the poll that waits: with the next message, or without one. */
  #wake: (() => void) | undefined;
  /** Requests that are under way. */
  #open = 0;
  #cancelLimit: Cancel = () => {};
  #isClosed = false;
  #isEnded = false;

  /** `id` tells it from others, and is no secret. */
  constructor(id: string, address: string, ports: PolledCarrierPorts) {
    this.id = id;
    this.address = address;
    this.#ports = ports;
  }

  get newest(): number {
    return this.#newest;
  }

  /** The challenge, with which it opens. */
  get first(): Message {
    return this.#held[0]!;
  }

  get isPolled(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether requests are no longer taken. */
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

  /** Whoever asks too often is told so: there is nothing to read more slowly. */
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
    this.#cancelLimit = clock.at(clock.now() + flushLimit, () => this.#end());
    this.#wake?.();
  }

  /** Closes it, and forgets what was not read. */
  destroy(): void {
    this.#held = [];
    this.close();
    this.#end();
  }

  /**
   * A request is under way until what this returns is called, with whether it broke off. A connection on which there is none for a while is
   * lost.
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
      this.#cancelLimit = clock.at(clock.now() + (isBroken ? afterBreak : silence), () => this.destroy());
    };
  }

  /** Throws `request.not-found` where requests are no longer taken. */
  requireOpen(): void {
    if (this.#isClosed) throw gone();
  }

  /**
   * The message after the one of number `after`, which the device has read with all before it, as soon as it is there; undefined once `wait` ms
   * are over, `broken` says that nobody waits any more, or another poll takes the place of this one. Throws `request.invalid` for a number
   * that no message has had, or that is below one that was read, and `request.not-found` once nothing more can come.
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
    // Another poll has said meanwhile what it has read.
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
