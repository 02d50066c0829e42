import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A server over real HTTP that answers as its script says, one reply after the other; 'silence' answers never, 'cut' hangs up. */
export class ScriptedServer {
  readonly heard: Heard[] = [];
  readonly #script: (Reply | 'silence' | 'cut')[];
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      this.heard.push({ method, path: url, headers, body: Buffer.concat(parts) });
      const reply = this.#script.length > 1 ? this.#script.shift()! : this.#script[0]!;
      if (reply === 'silence') this.#server.emit('silent');
      else if (reply === 'cut') request.socket.destroy();
      else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
    });
  });

  private constructor(script: readonly (Reply | 'silence' | 'cut')[]) {
    this.#script = [...script];
  }

  static async open(...script: readonly (Reply | 'silence' | 'cut')[]): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once a request came that is not answered. */
  async silent(): Promise<void> {
    await once(this.#server, 'silent');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
