import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { FoundProblem } from './connection-state.ts';
import type { Inflow } from './inflow.ts';

export interface TransportPlatform {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /**
   * Calls `wake` whenever the device gets a network again, if the platform reports that:
   * waits for the coordinator end then.
   */
  readonly online?: (wake: () => void) => Cancel;
  /** Token for downloads, if the coordinator requires one for reading models. */
  readonly readToken?: string | undefined;
  /**
   * Returns true if the device may fetch a model from an address of the
   * coordinator; absent: it asks for none.
   */
  readonly mayFetch?: (address: URL) => boolean;
  /**
   * Time when it may do so again, shared by all transports to its
   * coordinator; absent: one for each transport.
   */
  readonly elsewhere?: { /** ms since 1970. */ from: number } | undefined;
  /**
   * Bound of the device's input, shared by all transports to its coordinator; absent: one for each transport.
   */
  readonly inflow?: Inflow;
}

/** Platform with a bound of the transport's input. */
export type BoundedPlatform = TransportPlatform & Required<Pick<TransportPlatform, 'inflow'>>;

/** Callbacks from a transport to its client. */
export interface TransportListener {
  /**
   * Called when the connection is gone; the transport retries on its own, at `retryAt` (ms since 1970) if
   * known. `error`: the reason if the device has ended it (`server.flood`).
   */
  disconnected(reason: string, retryAt?: number, error?: MurmurationError): void;
  /** Called when a try to connect has failed; the next one begins at `retryAt`, ms since 1970. */
  failed?(retryAt: number): void;
  connecting?(): void;
  /** Called when another connection replaces this one, as the coordinator has asked. */
  moving?(): void;
  /** Called when an idle connection was let go; the next request opens another one. */
  resting?(): void;
  message(event: CoordinatorEvent, frame: Uint8Array): void;
}

/** Carrier of frames: sockets, plain HTTP, or either one. */
export type TransportName = 'auto' | 'sockets' | 'http';

/** Transport to the coordinator: frames over a connection that reconnects, bulk over HTTP. */
export interface Transport {
  /** Connects, and stays connected until `close`, with back-off and jitter between tries. */
  open(listener: TransportListener): void;
  close(): void;
  /** Finds out why the coordinator can't be reached. */
  findProblem?(): Promise<FoundProblem>;
  /**
   * Returns true while the device has a part in a round, and the transport looks for the coordinator process
   * that has it now: until then no process can name it. Absent: never.
   */
  isSeeking?(): boolean;
  /** Stops looking for the round, which the device has given up. */
  stopSeeking?(): void;
  /** Sends a frame; resolves to the answer's frame. Throws `server.unreachable` or `server.no-answer`. */
  request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array>;
  /**
   * Returns the bytes at a path of the coordinator, at most `limit`. Throws the error of a
   * problem document, or `server.unreachable`.
   */
  download(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Uploads an update. Throws the error of a problem document, or `server.unreachable`. */
  upload(path: string, rights: UploadRights, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** Credentials of an upload. */
export interface UploadRights {
  /** Secret of the assignment, 32 bytes. */
  readonly token: Uint8Array;
  /** Device's signature of the dealers, 64 bytes, for a masked update. */
  readonly signature?: Uint8Array | undefined;
}

/** Part of a transport that carries frames. */
export type ControlTransport = Pick<Transport, 'open' | 'close' | 'request'>;
