import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy under a path, which passes no WebSocket on and keeps every answer until all of it is there. */
export class PlainProxy {
  /** Handshakes that it has refused, and requests that it has passed on: method and path. */
  upgrades = 0;
  readonly passed: string[] = [];
  /** Loses the answer of the n-th request of a kind of method and path, counted from 1. */
  loses: (what: string, count: number) => boolean = () => false;
  readonly #counts = new Map<string, number>();
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((asked, answer) => {
      const { method = '', url = '', headers } = asked;
      if (!url.startsWith('/learn/')) {
        answer.writeHead(404).end('a page of somebody else');
        return;
      }
      const path = url.slice('/learn'.length);
      const what = `${method} ${path.split('?', 1)[0]}`;
      this.passed.push(what);
      const count = (this.#counts.get(what) ?? 0) + 1;
      this.#counts.set(what, count);
      const onward = request(target + path, { method, headers }, response => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          if (this.loses(what, count)) {
            asked.socket.destroy();
            return;
          }
          answer.writeHead(response.statusCode!, response.headers).end(Buffer.concat(parts));
        });
        response.on('error', () => asked.socket.destroy());
      });
      onward.on('error', () => asked.socket.destroy());
      answer.on('close', () => onward.destroy());
      asked.pipe(onward);
    });
    this.#server.on('upgrade', (_, socket) => {
      this.upgrades += 1;
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    });
  }

  static async open(target: string): Promise<PlainProxy> {
    const proxy = new PlainProxy(target);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Where devices find the coordinator. */
  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/learn`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
