import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import * as z from 'zod';
import type { MlflowSettings } from './settings.ts';

/** ms that an answer may take; an artifact takes longer. */
const patience = 15_000;
const longPatience = 120_000;
/** Characters of an answer that are read. */
const longestAnswer = 8 << 20;

const failure = z.object({ error_code: z.string(), message: z.string().optional() });

/** A request that the server refused; `code` is its own, such as `RESOURCE_DOES_NOT_EXIST`. */
export class MlflowRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Asks an MLflow server by its REST API, version 2.0. Throws `server.unreachable` for what may pass, and `MlflowRefusal` for what the server
 * does not take.
 */
export class MlflowClient {
  readonly #settings: Pick<MlflowSettings, 'url' | 'token'>;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;

  constructor(settings: Pick<MlflowSettings, 'url' | 'token'>, clock: Clock, stop: AbortSignal) {
    this.#settings = settings;
    this.#clock = clock;
    this.#stop = stop;
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

  /** Sends a file of a run to the place of its artifacts. */
  async artifact(place: string, bytes: Uint8Array | string): Promise<void> {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${place.split('/').map(encodeURIComponent).join('/')}`;
    const body = typeof bytes === 'string' ? bytes : (bytes as Uint8Array<ArrayBuffer>);
    await this.#send('PUT', path, body, 'application/octet-stream', longPatience);
  }

  async #ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    body: object | undefined,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const text = body && JSON.stringify(body);
    const answer = await this.#send(method, `/api/2.0/mlflow/${path}`, text, 'application/json', patience);
    const found = schema.safeParse(answer);
    if (found.success) return found.data;
    throw new MlflowRefusal(
      'UNEXPECTED_ANSWER',
      `${path.split('?')[0]} is answered otherwise than by MLflow.`,
    );
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    type: string,
    wait: number,
  ): Promise<unknown> {
    const { url, token } = this.#settings;
    const late = new AbortController();
    const cancel = this.#clock.at(this.#clock.now() + wait, () => late.abort());
    try {
      const response = await fetch(url + path, {
        method,
        redirect: 'error',
        signal: AbortSignal.any([this.#stop, late.signal]),
        headers: {
          'user-agent': 'murmuration',
          ...(body !== undefined && { 'content-type': type }),
          ...(token && { authorization: `Bearer ${token.reveal()}` }),
        },
        ...(body !== undefined && { body }),
      });
      const answer = await read(response);
      if (response.ok) return answer;
      throw refusalOf(response.status, answer);
    } catch (cause) {
      if (cause instanceof MlflowRefusal || cause instanceof MurmurationError) throw cause;
      throw new MurmurationError('server.unreachable', 'The MLflow server does not answer.', { cause });
    } finally {
      cancel();
    }
  }
}

function refusalOf(status: number, answer: unknown): Error {
  const found = failure.safeParse(answer);
  const text = found.data?.message ?? `HTTP ${status}`;
  const isPassing = status >= 500 || status === 408 || status === 429;
  // Who may not come in today may tomorrow: the token is changed, and nothing is lost until then.
  if (isPassing || status === 401 || status === 403)
    return new MurmurationError('server.unreachable', `The MLflow server answered HTTP ${status}.`);
  return new MlflowRefusal(found.data?.error_code ?? `HTTP_${status}`, text.slice(0, 500));
}

async function read(response: Response): Promise<unknown> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > longestAnswer) break;
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}
