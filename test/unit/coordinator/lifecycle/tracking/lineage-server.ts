import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  Facets,
  LineageDataset,
  LineageEvent,
} from '@murmuration/lifecycle/tracking/openlineage/run-event';
import { breachesOf } from './lineage-schema.ts';

/** A stand-in for a server that takes OpenLineage events over HTTP: it answers 201 to what keeps to the specification, and 422 to the rest. */
export class LineageServer {
  /** Events that were taken, in order; those that came again too. */
  readonly events: LineageEvent[] = [];
  /** What was wrong with events that were refused for it. */
  readonly breaches: string[] = [];
  /** Answers each request with this status, where it is set; `drop` takes the event and loses the answer. */
  failing: number | 'drop' | undefined;
  /** Refuses events for which it is true. */
  refuses: (event: LineageEvent) => boolean = () => false;
  readonly token: string | undefined;
  #server = createServer();
  #port = 0;

  private constructor(token: string | undefined) {
    this.token = token;
  }

  static async open(token?: string): Promise<LineageServer> {
    const server = new LineageServer(token);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = (status: number, message = '') =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
      const { method, url, headers } = request;
      if (method !== 'POST' || url !== '/api/v1/lineage') return answer(404);
      if (this.token !== undefined && headers.authorization !== `Bearer ${this.token}`) return answer(401);
      if (typeof this.failing === 'number') return answer(this.failing);
      if (headers['content-type'] !== 'application/json') return answer(415);
      const event = JSON.parse(Buffer.concat(chunks).toString()) as LineageEvent;
      const breaches = breachesOf(event);
      this.breaches.push(...breaches);
      if (breaches.length > 0) return answer(422, breaches.join('; '));
      if (this.refuses(event)) return answer(422, 'I do not like it.');
      this.events.push(event);
      if (this.failing === 'drop') return response.destroy();
      return answer(201);
    });
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away; `start` brings it back at the same address, with what it knew. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What happened to the runs of a job, in order. */
  states(job: string): string[] {
    return this.#of(job).map(({ eventType }) => eventType);
  }

  /** The newest event of a job. */
  last(job: string): LineageEvent {
    const found = this.#of(job).at(-1);
    if (!found) throw new Error(`There is no event of ${job}: ${this.events.map(each => each.job.name)}`);
    return found;
  }

  #of(job: string): LineageEvent[] {
    return this.events.filter(each => each.job.name === job);
  }
}

/** Names of datasets. */
export function namesOf(datasets: readonly LineageDataset[]): string[] {
  return datasets.map(({ name }) => name);
}

/** A facet without what says who wrote it. */
export function facetOf(facets: Facets | undefined, name: string): Record<string, unknown> {
  const { _producer, _schemaURL, ...fields } = facets?.[name] ?? { _producer: '', _schemaURL: '' };
  return fields;
}
