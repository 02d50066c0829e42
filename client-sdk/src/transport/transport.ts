import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { FoundProblem } from './connection-state.ts';
import type { Inflow } from './inflow.ts';

/** What a transport needs of the platform that it runs on. */
export interface TransportPlatform {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Calls `wake` each time the device comes back to a network, where the platform tells: waits for the coordinator end then. */
  readonly online?: (wake: () => void) => Cancel;
  /** What downloads show, where the coordinator has only those read models who show a token. */
  readonly readToken?: string | undefined;
  /** Whether the device fetches a model from an address that the coordinator names; left out: it asks for none. */
  readonly mayFetch?: (address: URL) => boolean;
  /** From when it does, over all transports that lead to its coordinator; left out: each transport goes by itself. */
  readonly elsewhere?: { /** ms since 1970. */ from: number } | undefined;
  /** What the device takes of its coordinator, over all transports that lead to it; left out: each transport counts by itself. */
  readonly inflow?: Inflow;
}

/** A platform whose transport counts what comes. */
export type BoundedPlatform = TransportPlatform & Required<Pick<TransportPlatform, 'inflow'>>;

/** What a transport tells its client. */
export interface TransportListener {
  /**
   * The connection is gone; the transport tries again by itself, at `retryAt` (ms since 1970) where it says. `error`: why the device has ended it,
   * where it has (`server.flood`).
   */
  disconnected(reason: string, retryAt?: number, error?: MurmurationError): void;
  /** A try to connect has failed; the next one begins at `retryAt`, ms since 1970. */
  failed?(retryAt: number): void;
  /** A try to connect begins. */
  connecting?(): void;
  /** Another connection takes the place of this one, as the coordinator has asked. */
  moving?(): void;
  /** The connection was let go, since nothing is expected on it; the next request opens another one. */
  resting?(): void;
  message(event: CoordinatorEvent, frame: Uint8Array): void;
}

/** By what frames travel: sockets, plain HTTP, or what can be had. */
export type TransportName = 'auto' | 'sockets' | 'http';

/** The way to the coordinator: frames over a connection that mends itself, bulk over HTTP. */
export interface Transport {
  /** Connects, and stays connected until `close`: with back-off and jitter between tries. */
  open(listener: TransportListener): void;
  close(): void;
  /** Finds out why the coordinator can't be reached. */
  findProblem?(): Promise<FoundProblem>;
  /**
   * Whether the device has a part in a round, and its transport looks for the process of the coordinator that has that round now: until it is
   * there, nobody can name it. Left out: it never does.
   */
  isSeeking?(): boolean;
  /** The device takes the round for over, and asks no more where it is. */
  stopSeeking?(): void;
  /** Sends a frame; resolves with the frame of the answer. Throws `server.unreachable` or `server.no-answer`. */
  request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array>;
  /** The bytes at a path of the coordinator, at most `limit`. Throws what a problem document names, or `server.unreachable`. */
  download(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Puts the bytes of an update. Throws what a problem document names, or `server.unreachable`. */
  upload(path: string, rights: UploadRights, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** By what an update is taken. */
export interface UploadRights {
  /** The secret of the assignment, 32 bytes. */
  readonly token: Uint8Array;
  /** Of a masked update: the device's signature of who dealt, 64 bytes. */
  readonly signature?: Uint8Array | undefined;
}

/** The part of a transport that carries frames. */
export type ControlTransport = Pick<Transport, 'open' | 'close' | 'request'>;
