import type { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Reasons why a client can't reach its coordinator. */
export type ConnectionProblem =
  /** No network on the device. */
  | 'offline'
  /** Unknown host name. */
  | 'unknown-host'
  /** Nothing listens at that host and port. */
  | 'refused'
  /** No answer from the host. */
  | 'silent'
  /** TLS: an untrusted certificate, or a server without TLS. */
  | 'tls'
  /** Coordinator without CORS permission for this page's origin. */
  | 'cors'
  /** Content-Security-Policy of the page itself. */
  | 'csp'
  /** Server that is not a coordinator. */
  | 'another-server'
  /**
   * Coordinator that answers, while neither a WebSocket nor plain HTTP
   * connects, of those that the client tries.
   */
  | 'no-websocket'
  /** No details from the browser: an unknown host, nothing that listens, or an untrusted certificate. */
  | 'unreachable';

/** Reason why a client can't reach its coordinator, and a text: what is wrong, and what to do. */
export interface FoundProblem {
  readonly problem: ConnectionProblem;
  readonly detail: string;
}

/** State of the connection to the coordinator. */
export type ConnectionState =
  /**
   * Not taking part: not started, stopped, paused, without consent, or another client of its storage does.
   */
  | { readonly state: 'off' }
  | { readonly state: 'connecting' }
  /** Device known to the coordinator. */
  | { readonly state: 'connected' }
  /**
   * Plain HTTP without a connection: nothing is expected from the
   * coordinator until the device's next request.
   */
  | { readonly state: 'resting' }
  /** Last try failed; the next one begins at `retryAt`, ms since 1970. */
  | {
      readonly state: 'waiting';
      readonly error: MurmurationError;
      readonly retryAt: number;
      /** Reason why the coordinator was not reached, once known. */
      readonly problem?: ConnectionProblem;
    }
  /** Device rejected by the coordinator; another try would not help. */
  | { readonly state: 'refused'; readonly error: MurmurationError };
