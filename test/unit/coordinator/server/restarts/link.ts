import type { Transport, TransportListener, UploadRights } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import { encodeAccepted, encodeFrame, encodeRefused } from '@murmuration/protocol/messages/frame';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';

/** What a coordinator answers on a connection. */
export interface Answering {
  answer(link: Link, event: DeviceEvent, frame: Uint8Array): Promise<unknown>;
  upload(path: string, rights: UploadRights, bytes: Uint8Array): Promise<unknown>;
  download(path: string): Promise<Uint8Array>;
  lost(link: Link): void;
}

/** ms after which a lost connection is tried again. */
const reconnection = 1_000;

/** A device's way to whichever coordinator lives: messages take time, and are lost with the coordinator. */
export class Link implements Transport {
  readonly index: number;
  readonly #clock: VirtualClock;
  readonly #alive: () => Answering | undefined;
  #listener: TransportListener | undefined;
  #coordinator: Answering | undefined;
  #breaks = new AbortController();

  constructor(index: number, clock: VirtualClock, alive: () => Answering | undefined) {
    this.index = index;
    this.#clock = clock;
    this.#alive = alive;
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    this.#connect();
  }

  close(): void {
    this.#listener = undefined;
    this.#break();
  }

  /** The device is gone, and does not come back. */
  cut(): void {
    this.#listener = undefined;
    this.#break();
  }

  /** The coordinator is gone, or the network. */
  drop(): void {
    if (!this.#coordinator) return;
    this.#break();
    this.#listener?.disconnected('transport close');
    this.#later(reconnection, () => this.#connect());
  }

  send(event: CoordinatorEvent, frame: Uint8Array): void {
    const { signal } = this.#breaks;
    this.#later(this.#latency, () => {
      if (!signal.aborted) this.#listener?.message(event, frame);
    });
  }

  async request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    const coordinator = this.#coordinator;
    if (!coordinator) throw new MurmurationError('server.unreachable');
    return this.#ask(coordinator, async () => {
      try {
        return encodeAccepted((await coordinator.answer(this, event, frame)) ?? null);
      } catch (error) {
        return encodeRefused(error);
      }
    });
  }

  async upload(path: string, rights: UploadRights, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const coordinator = this.#alive();
    if (!coordinator) throw new MurmurationError('server.unreachable');
    let stop = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
    });
    try {
      await Promise.race([stopped, this.#ask(coordinator, () => coordinator.upload(path, rights, bytes))]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async download(path: string): Promise<Uint8Array> {
    const coordinator = this.#alive();
    if (!coordinator) throw new MurmurationError('server.unreachable');
    return this.#ask(coordinator, () => coordinator.download(path));
  }

  /** Each device has its own, so that no two messages arrive together. */
  get #latency(): number {
    return 5 + 4 * this.index;
  }

  #connect() {
    const coordinator = this.#alive();
    if (!this.#listener || this.#coordinator) return;
    if (!coordinator) return this.#later(reconnection, () => this.#connect());
    this.#coordinator = coordinator;
    this.#breaks = new AbortController();
    const nonce = new Uint8Array(32).fill(this.index);
    this.send('challenge', encodeFrame({ protocol: protocolVersion, nonce }));
  }

  #break(): void {
    this.#coordinator?.lost(this);
    this.#coordinator = undefined;
    this.#breaks.abort(new MurmurationError('server.unreachable'));
  }

  /** There and back, unless the coordinator dies meanwhile. */
  async #ask<Answer>(coordinator: Answering, act: () => Promise<Answer>): Promise<Answer> {
    await this.#time(coordinator);
    const { signal } = this.#breaks;
    let done = () => {};
    const broken = new Promise<never>((_, reject) => {
      const stop = () => reject(new MurmurationError('server.unreachable'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      done = () => signal.removeEventListener('abort', stop);
    });
    const answer = await Promise.race([act(), broken]).finally(() => done());
    await this.#time(coordinator);
    return answer;
  }

  async #time(coordinator: Answering): Promise<void> {
    await new Promise<void>(resolve => this.#later(this.#latency, resolve));
    if (this.#alive() !== coordinator) throw new MurmurationError('server.unreachable');
  }

  #later(ms: number, act: () => void): void {
    this.#clock.at(this.#clock.now() + ms, act);
  }
}
