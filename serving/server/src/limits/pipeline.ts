import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Hands the requests of each connection to `listener` one after another, the next one when the answer before it is out: an answer is
 * made for whoever reads. Of a connection at most `most` are under way or wait; what comes beyond them is handed to `refuse`.
 */
export function oneAtATime(
  listener: RequestListener,
  most: number,
  refuse: (request: IncomingMessage) => void,
): RequestListener {
  /** Those that wait, by connection, while one is under way. */
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
    // The rest of what came with a request that was one too many.
    if (socket.destroyed) return;
    const others = waiting.get(socket);
    if (!others) {
      waiting.set(socket, []);
      begin(request, response);
    } else if (others.length + 1 < most) others.push([request, response]);
    else refuse(request);
  };
}
