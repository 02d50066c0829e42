import { Agent, request } from 'node:http';
import { answerOrders } from '../second-process.ts';

/** So many requests with one body, so many at a time. */
export interface ClientOrder {
  readonly url: string;
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
  /** Answers other than 200. */
  readonly errors: number;
  /** The last answer. */
  readonly last: Uint8Array;
}

// Clients of a server, in a process of their own, so that their CPU time is not the server's.
answerOrders<ClientOrder, ClientReport>(async ({ url, body, headers, requests, atOnce }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const latencies = new Float64Array(requests);
  let errors = 0;
  let sent = 0;
  let last = new Uint8Array();
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now();
      const asked = request(
        url,
        { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () => {
            latencies[sent++] = performance.now() - began;
            if (response.statusCode !== 200) errors += 1;
            last = new Uint8Array(Buffer.concat(chunks));
            resolve();
          });
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
  let left = requests;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await one();
    }),
  );
  const ms = performance.now() - began;
  agent.destroy();
  return { ms, latencies, errors, last };
});
