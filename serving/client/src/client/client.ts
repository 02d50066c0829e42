import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TensorSpec } from '../tensors/tensor.ts';
import { tensor, type Values } from '../tensors/values.ts';
import { type Format, lengthHeader, writeRequest } from '../wire/request.ts';
import { readResponse } from '../wire/response.ts';
import { type Call, type Received, ServerConnection } from './connection.ts';
import { InferenceResult } from './result.ts';

export interface InferenceClientOptions {
  /** Address of the server, such as `https://models.example.org`; without `/v2`. */
  readonly url: string;
  /** Inference token, or a function that returns one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** Format of tensors on the wire; `binary` by default, which not every server accepts. */
  readonly format?: Format;
  /** Milliseconds for one try; 30,000 by default. */
  readonly timeout?: number;
  /** Maximum tries after the first one, for errors that may pass; 2 by default. */
  readonly retries?: number;
  /** Maximum bytes of an answer; 64 MiB by default. */
  readonly largestAnswer?: number;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  readonly fetch?: typeof fetch;
}

export interface InferOptions {
  /** Number or alias of a version; by default, the version that the server serves. */
  readonly version?: string;
  /** Names of the wanted outputs; by default, all. */
  readonly outputs?: readonly string[];
  /** Id of the request; the answer and the server's log have it too. */
  readonly id?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for one try; sent to the server too. */
  readonly timeout?: number;
}

/**
 * Tensors by name, as values of the app; or made by `tensor`, if datatype or shape don't follow from the
 * values.
 */
export type Inputs = Readonly<Record<string, Values>> | readonly ReturnType<typeof tensor>[];

/** Description of a model by its server. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  /** −1 in a shape stands for a variable length. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** Model in the repository of a server. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version?: string;
  readonly state?: string;
  readonly reason?: string;
}

/**
 * Client of any server that speaks the Open Inference Protocol, version 2, over HTTP: this project's, Triton,
 * KServe, MLServer. Every method throws `inference.*` for requests that a server refuses,
 * `server.unreachable` and `server.no-answer` once the tries are used up, `inference.answer` for an answer
 * that doesn't follow the protocol, and the reason of a signal that is aborted.
 */
export class InferenceClient {
  readonly #connection: ServerConnection;
  readonly #format: Format;

  /** Throws `options.invalid`. */
  constructor({ format = 'binary', ...options }: InferenceClientOptions) {
    this.#format = format;
    this.#connection = new ServerConnection({
      url: options.url,
      token: options.token,
      timeout: options.timeout ?? 30_000,
      retries: options.retries ?? 2,
      largestAnswer: options.largestAnswer ?? 64 * 2 ** 20,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      fetch: options.fetch ?? ((...args) => fetch(...args)),
    });
  }

  /** Runs a model on inputs. Throws `inference.input` for inputs that it doesn't accept. */
  async infer(model: string, inputs: Inputs, options: InferOptions = {}): Promise<InferenceResult> {
    const { version, outputs, id, signal, timeout } = options;
    const tensors = Array.isArray(inputs)
      ? (inputs as readonly ReturnType<typeof tensor>[])
      : Object.entries(inputs as Readonly<Record<string, Values>>).map(([name, values]) =>
          tensor(name, values),
        );
    const { body, headers } = writeRequest({ inputs: tensors, outputs, id, timeout }, this.#format);
    const received = await this.#connection.send({
      method: 'POST',
      path: `${pathOf(model, version)}/infer`,
      body,
      headers,
      signal,
      timeout,
    });
    const length = received.headers.get(lengthHeader);
    if (length !== null && !/^\d{1,15}$/.test(length))
      throw malformed('It has a strange length of its JSON.');
    return new InferenceResult(
      asAnswer(() => readResponse(received.body, length === null ? undefined : Number(length))),
    );
  }

  /** True if the server runs; false if it can't be reached. */
  isLive(signal?: AbortSignal): Promise<boolean> {
    return this.#isWell('v2/health/live', signal);
  }

  /** True if the server answers requests; false if it can't be reached. */
  isReady(signal?: AbortSignal): Promise<boolean> {
    return this.#isWell('v2/health/ready', signal);
  }

  /** True if a model answers requests; false if there is none of this name. */
  isModelReady(model: string, version?: string, signal?: AbortSignal): Promise<boolean> {
    return this.#isWell(`${pathOf(model, version)}/ready`, signal);
  }

  async metadata(model: string, version?: string, signal?: AbortSignal): Promise<ModelMetadata> {
    const found = await this.#json<Partial<ModelMetadata>>({
      method: 'GET',
      path: pathOf(model, version),
      signal,
    });
    const { name, versions = [], platform = '', inputs, outputs } = found;
    if (typeof name !== 'string' || !Array.isArray(inputs) || !Array.isArray(outputs))
      throw malformed('It describes no model.');
    return { name, versions, platform, inputs, outputs };
  }

  /** Lists the models of the server's repository, with their states (an extension of Triton). */
  async repository(signal?: AbortSignal): Promise<readonly RepositoryEntry[]> {
    const found = await this.#json<readonly RepositoryEntry[]>({
      method: 'POST',
      path: 'v2/repository/index',
      signal,
    });
    if (!Array.isArray(found)) throw malformed('It is no list of models.');
    return found;
  }

  /** Loads a model, or loads it again; resolves once it answers. Requires the right to manage. */
  async load(model: string, signal?: AbortSignal): Promise<void> {
    const path = `v2/repository/models/${encodeURIComponent(model)}/load`;
    await this.#connection.send({ method: 'POST', path, signal });
  }

  /** Unloads a model. Requires the right to manage. */
  async unload(model: string, signal?: AbortSignal): Promise<void> {
    const path = `v2/repository/models/${encodeURIComponent(model)}/unload`;
    await this.#connection.send({ method: 'POST', path, signal });
  }

  async #isWell(path: string, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const { status } = await this.#connection.send({ method: 'GET', path, signal }, [200, 400, 404, 503]);
      return status === 200;
    } catch (error) {
      const isDown =
        error instanceof MurmurationError &&
        (error.code === 'server.unreachable' || error.code === 'server.no-answer');
      if (isDown) return false;
      throw error;
    }
  }

  async #json<Value>(call: Call): Promise<Value> {
    const { body }: Received = await this.#connection.send(call);
    return asAnswer(() => JSON.parse(new TextDecoder().decode(body)) as Value);
  }
}

function pathOf(model: string, version: string | undefined): string {
  const own = `v2/models/${encodeURIComponent(model)}`;
  return version === undefined ? own : `${own}/versions/${encodeURIComponent(version)}`;
}

function malformed(detail: string, cause?: unknown): MurmurationError {
  return new MurmurationError(
    'inference.answer',
    `The server's answer doesn't follow the protocol. ${detail}`,
    {
      cause,
    },
  );
}

/**
 * Reads an answer with `read`; throws `inference.answer` for any error of it, since the server is at fault.
 */
function asAnswer<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw malformed(error instanceof MurmurationError ? error.detail : String(error), error);
  }
}
