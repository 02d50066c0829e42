import type { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What keeps a client from its coordinator. */
export type ConnectionProblem =
  /** The device has no network. */
  | 'offline'
  /** The name of the host is not known. */
  | 'unknown-host'
  /** Nothing listens at that host and port. */
  | 'refused'
  /** The host does not answer. */
  | 'silent'
  /** TLS: a certificate that is not trusted, or a server that speaks none. */
  | 'tls'
  /** The coordinator does not let pages of this origin ask it. */
  | 'cors'
  /** The page's own Content-Security-Policy. */
  | 'csp'
  /** What answers is no coordinator. */
  | 'another-server'
  /** The coordinator answers, but no connection to it opens, neither a WebSocket nor plain HTTP, by whatever of both the client tries. */
  | 'no-websocket'
  /** The browser does not say what: an unknown host, nothing that listens, or a certificate that is not trusted. */
  | 'unreachable';

/** What keeps a client from its coordinator, and that in words: what is wrong, and what to do. */
export interface FoundProblem {
  readonly problem: ConnectionProblem;
  readonly detail: string;
}

/** How a client stands with its coordinator. */
export type ConnectionState =
  /** It takes no part: not started, stopped, paused, without consent, or another client of its storage does. */
  | { readonly state: 'off' }
  | { readonly state: 'connecting' }
  /** The coordinator knows the device. */
  | { readonly state: 'connected' }
  /** Over plain HTTP: nothing is expected of the coordinator, and no connection is held, until the device checks in or asks next. */
  | { readonly state: 'resting' }
  /** The last try failed; the next one begins at `retryAt`, ms since 1970. */
  | {
      readonly state: 'waiting';
      readonly error: MurmurationError;
      readonly retryAt: number;
      /** Where the coordinator was not reached, once that is found out. */
      readonly problem?: ConnectionProblem;
    }
  /** The coordinator does not take the device, and another try would not help. */
  | { readonly state: 'refused'; readonly error: MurmurationError };
