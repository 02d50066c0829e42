import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** Of the answer: authoritative, recursion available, no error (RFC 1035 §4.1.1). */
const flags = 0x85_80;
const typeA = 1;

/** A name server that has one name: the addresses of the pods that are ready, as a cluster's has. */
export class ClusterNames {
  readonly #socket: Socket = createSocket('udp4');
  /** IPv4 addresses. */
  addresses: readonly string[] = [];

  static async start(): Promise<ClusterNames> {
    const names = new ClusterNames();
    names.#socket.on('message', (query, { port, address }) =>
      names.#socket.send(names.#answer(query), port, address),
    );
    await new Promise<void>(resolve => names.#socket.bind(0, '127.0.0.1', resolve));
    return names;
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    let end = 12;
    while (query[end] !== 0) end += query[end]! + 1;
    const question = query.subarray(12, end + 5);
    const wanted = query.readUInt16BE(end + 1) === typeA ? this.addresses : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(flags, 2);
    for (const [at, count] of [1, wanted.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * at);
    // The name of the question, type A, class IN, one second to keep it, four bytes.
    const records = wanted.map(address =>
      Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question, ...records]);
  }
}
