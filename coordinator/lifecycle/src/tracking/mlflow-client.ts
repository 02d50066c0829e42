import type { Clock } from '@murmuration/protocol/time/clock';
import * as z from 'zod';
import { TrackingRefusal } from './refusal.ts';
import { type TrackingAddress, TrackingHttp } from './tracking-http.ts';

/** ms that the upload of an artifact may take. */
const longPatience = 120_000;

/**
 * Client of an MLflow server's REST API, version 2.0. Throws `server.unreachable` for temporary failures,
 * and `TrackingRefusal` for requests that the server refuses.
 */
export class MlflowClient {
  readonly #http: TrackingHttp;

  constructor(address: TrackingAddress, clock: Clock, stop: AbortSignal) {
    this.#http = new TrackingHttp('MLflow', address, clock, stop);
  }

  get<Schema extends z.ZodType>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    return this.#ask('GET', `${path}?${new URLSearchParams(query)}`, undefined, schema);
  }

  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('POST', path, body, schema);
  }

  delete(path: string, body: object): Promise<unknown> {
    return this.#ask('DELETE', path, body, z.unknown());
  }

  /** Uploads a file of a run to the path of its artifacts. */
  async artifact(place: string, bytes: Uint8Array | string): Promise<void> {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${place.split('/').map(encodeURIComponent).join('/')}`;
    const body = typeof bytes === 'string' ? bytes : (bytes as Uint8Array<ArrayBuffer>);
    await this.#http.send('PUT', path, body, 'application/octet-stream', longPatience);
  }

  async #ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    body: object | undefined,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const answer = await this.#http.send(method, `/api/2.0/mlflow/${path}`, body && JSON.stringify(body));
    const found = schema.safeParse(answer);
    if (found.success) return found.data;
    throw new TrackingRefusal(
      'UNEXPECTED_ANSWER',
      `${path.split('?')[0]} is answered otherwise than by MLflow.`,
    );
  }
}
