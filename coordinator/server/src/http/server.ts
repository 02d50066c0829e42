import { IncomingMessage, type RequestListener, Server, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { oneAtATime } from '@murmuration/serving/limits/pipeline';
import type { Certificate } from './certificate.ts';
import type { Connections } from './connections.ts';

/** Milliseconds without activity, sent or read, after which a connection is closed. */
const idleTimeoutMs = 60_000;
/** Maximum milliseconds that a request may take to arrive, even if it makes progress. */
const maxRequestMs = 3_600_000;

/**
 * Request that can only upgrade to WebSocket: one that asks for another protocol, such as HTTP/2, is answered
 * as if it had not asked (RFC 9110 §7.8).
 */
class PlainRequest extends IncomingMessage {
  declare private asksFor: boolean | null;

  /** Property by which Node decides to leave a connection to listeners of `upgrade`. */
  get upgrade(): boolean {
    if (!this.asksFor) return false;
    return this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(asksFor: boolean | null) {
    this.asksFor = asksFor;
  }
}

/**
 * Creates a server with limited connections and requests; with a certificate it speaks only HTTPS, otherwise
 * HTTP.
 */
export function boundServer(
  listener: RequestListener,
  connections: Connections,
  tls: Certificate | undefined,
): Server {
  const { inFlight, handshake } = connections.limits;
  const options = {
    IncomingMessage: PlainRequest as typeof IncomingMessage,
    ServerResponse,
    headersTimeout: handshake,
    connectionsCheckingInterval: Math.min(handshake, 5_000),
    requestTimeout: maxRequestMs,
    keepAliveTimeout: handshake,
    // The application refuses a missing host with a code.
    requireHostHeader: false,
  };
  const handle = oneAtATime(listener, inFlight, ({ socket }) => {
    connections.report(new MurmurationError('request.too-many'));
    // An answer would come between those under way.
    socket.destroy();
  });
  const server = tls
    ? new TlsServer({ ...options, ...tls, handshakeTimeout: handshake }, handle)
    : new Server(options, handle);
  server.timeout = idleTimeoutMs;
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // The body is requested and answered once the earlier checks have passed.
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    handle(request as never, response as never);
  });
  connections.bound(server);
  return server;
}
