import { Agent, request } from 'node:http';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { answerOrders } from '../second-process.ts';

/** So many requests with one body, so many at a time. */
export interface ClientOrder {
  readonly wire: 'http' | 'grpc';
  /** Of HTTP a URL, of gRPC an address. */
  readonly to: string;
  /** Of gRPC the message of `ModelInfer`. */
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly requests: number;
  readonly atOnce: number;
}

export interface ClientReport {
  /** ms from the first request to the last answer. */
  readonly ms: number;
  /** ms of each request. */
  readonly latencies: Float64Array;
  /** Requests that were not answered as they should be. */
  readonly errors: number;
  /** The last answer. */
  readonly last: Uint8Array;
}

/** Sends the request of an order once; undefined where it is refused. */
interface Wire {
  send(): Promise<Uint8Array | undefined>;
  close(): void;
}

function overHttp({ to, body, headers, atOnce }: ClientOrder): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } };
  return {
    send: () =>
      new Promise((resolve, reject) => {
        const asked = request(to, options, response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () =>
            resolve(response.statusCode === 200 ? new Uint8Array(Buffer.concat(chunks)) : undefined),
          );
        });
        asked.once('error', reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** All calls over one connection, as clients of gRPC have it. */
function overGrpc({ to, body }: ClientOrder): Wire {
  const client = new Client(to, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.enable_channelz': 0,
  });
  const message = Buffer.from(body);
  const same = (bytes: Buffer) => bytes;
  const metadata = new Metadata();
  return {
    send: () =>
      new Promise(resolve =>
        client.makeUnaryRequest(
          '/inference.GRPCInferenceService/ModelInfer',
          same,
          same,
          message,
          metadata,
          (_, answer) => resolve(answer && new Uint8Array(answer)),
        ),
      ),
    close: () => client.close(),
  };
}

// Clients of a server, in a process of their own, so that their CPU time is not the server's.
answerOrders<ClientOrder, ClientReport>(async order => {
  const { requests, atOnce } = order;
  const wire = order.wire === 'grpc' ? overGrpc(order) : overHttp(order);
  const latencies = new Float64Array(requests);
  let errors = 0;
  let sent = 0;
  let last = new Uint8Array();
  let left = requests;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) {
        const asked = performance.now();
        const answer = await wire.send();
        latencies[sent++] = performance.now() - asked;
        if (answer) last = new Uint8Array(answer);
        else errors += 1;
      }
    }),
  );
  const ms = performance.now() - began;
  wire.close();
  return { ms, latencies, errors, last };
});
