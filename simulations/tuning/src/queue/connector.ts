import { connect, type Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import { LargeReplies } from './large-replies.ts';

/** Options of the client that this connector uses. */
interface Place {
  readonly host: string;
  readonly port: number;
  /** Milliseconds that a socket may take to close. */
  readonly disconnectTimeout: number;
}

/** Connects a client to a Redis, without TLS, by a socket that reads each large reply into its own buffer. */
export class LargeReplyConnector extends AbstractConnector {
  readonly #place: Place;

  constructor(options: unknown) {
    const place = options as Place;
    super(place.disconnectTimeout);
    this.#place = place;
  }

  async connect(): Promise<Socket> {
    const { host, port } = this.#place;
    const replies = new LargeReplies(chunk => socket.emit('data', chunk));
    const socket: Socket = connect({
      host,
      port,
      onread: {
        buffer: () => replies.space(),
        callback(count) {
          try {
            replies.read(count);
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    socket.once('error', error => {
      this.firstError = error;
    });
    this.connecting = true;
    this.stream = socket;
    return socket;
  }
}
