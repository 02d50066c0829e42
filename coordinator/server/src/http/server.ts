import { IncomingMessage, type RequestListener, Server, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { oneAtATime } from '@murmuration/serving/limits/pipeline';
import type { Certificate } from './certificate.ts';
import type { Connections } from './connections.ts';

/** ms after which a connection is closed on which nothing moves: no request is sent, or no answer read. */
const idle = 60_000;
/** ms that a request may take to arrive, however steadily it does. */
const longestRequest = 3_600_000;

/**
 * A request in which WebSocket alone changes the protocol: one that asks for another, such as HTTP/2, is answered as if it had not
 * (RFC 9110 §7.8).
 */
class PlainRequest extends IncomingMessage {
  declare private asksFor: boolean | null;

  /** What Node looks at to leave a connection to listeners of `upgrade`. */
  get upgrade(): boolean {
    if (!this.asksFor) return false;
    return this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(asksFor: boolean | null) {
    this.asksFor = asksFor;
  }
}

/** A server whose connections and requests are bounded, of HTTP, or with a certificate of HTTPS alone. */
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
    requestTimeout: longestRequest,
    keepAliveTimeout: handshake,
    // Missing ones are refused by the application, with a code.
    requireHostHeader: false,
  };
  const handle = oneAtATime(listener, inFlight, ({ socket }) => {
    connections.report(new MurmurationError('request.too-many'));
    // An answer would come between those that are under way.
    socket.destroy();
  });
  const server = tls
    ? new TlsServer({ ...options, ...tls, handshakeTimeout: handshake }, handle)
    : new Server(options, handle);
  server.timeout = idle;
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Asked for once the checks before it are passed, and answered then.
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    handle(request as never, response as never);
  });
  connections.bound(server);
  return server;
}
