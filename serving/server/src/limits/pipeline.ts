import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Hands the requests of each connection to `listener` one after another, each once the answer before it is
 * sent, so no answers pile up for a slow reader. At most `most` requests of a connection are under way or
 * wait; more are handed to `refuse`.
 */
export function oneAtATime(
  listener: RequestListener,
  most: number,
  refuse: (request: IncomingMessage) => void,
): RequestListener {
  /** Waiting requests by connection, while one is under way. */
  const waiting = new WeakMap<Socket, [IncomingMessage, ServerResponse][]>();
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    response.once('close', () => {
      const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
      if (next) begin(...next);
      else waiting.delete(socket);
    });
    listener(request as never, response as never);
  };
  return (request, response) => {
    const { socket } = request;
    // Rest of the data that came with a refused request.
    if (socket.destroyed) return;
    const others = waiting.get(socket);
    if (!others) {
      waiting.set(socket, []);
      begin(request, response);
    } else if (others.length + 1 < most) others.push([request, response]);
    else refuse(request);
  };
}
