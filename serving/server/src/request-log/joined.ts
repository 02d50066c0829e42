import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { eventTypes } from './event.ts';
import { linesOf, logFiles } from './files/folder.ts';

/** Values of a tensor in the log. */
export interface LoggedTensor {
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Numbers, booleans or texts, row by row; bytes that are not text as base64. */
  readonly data: readonly (number | boolean | string)[];
}

type Outcome = string | number | boolean;

/** Logged request with its outcome, as far as the log's rules allow. */
export interface JoinedRequest {
  readonly id: string;
  readonly model: string;
  /** Version that answered. */
  readonly version: string;
  /** Time of the request, ms since 1970. */
  readonly at: number;
  /** Inputs with values in the log, by name. */
  readonly inputs: Readonly<Record<string, LoggedTensor>>;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Outcome; for a request of several rows, a list. */
  readonly outcome: Outcome | readonly Outcome[];
}

/** Selection of requests. */
export interface JoinedOptions {
  readonly model: string;
  /** Earliest time of a request, ms since 1970. */
  readonly since: number;
  /** Maximum requests waiting for outcomes, and outcomes waiting for requests; the oldest are dropped. */
  readonly most: number;
}

interface Event {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly time?: unknown;
  readonly inferenceservicename?: unknown;
  readonly modelversion?: unknown;
  readonly data?: {
    readonly inputs?: readonly Partial<LoggedTensor & { readonly name: string }>[];
    readonly parameters?: JoinedRequest['parameters'];
    readonly outcome?: JoinedRequest['outcome'];
  };
}

/**
 * Yields logged requests with their outcomes, each once, in the order in which both were known. Those left
 * out by the log's rules, or forgotten, are missing. Throws `config.invalid` if a folder can't be read, and
 * `storage.corrupt`.
 */
export async function* joinedRequests(
  folders: readonly string[],
  { model, since, most }: JoinedOptions,
): AsyncGenerator<JoinedRequest> {
  const asked = new BoundedMap<string, Omit<JoinedRequest, 'outcome' | 'version'>>(most);
  const known = new BoundedMap<string, Pick<JoinedRequest, 'outcome' | 'version'>>(most);
  for (const folder of folders)
    for (const file of await logFiles(folder))
      for await (const { bytes, isWhole } of linesOf(file)) {
        const event = isWhole ? eventIn(bytes) : undefined;
        if (event?.inferenceservicename !== model || typeof event.id !== 'string') continue;
        const { id } = event;
        if (event.type === eventTypes.request) {
          const request = requestOf(id, model, event);
          // Of two requests with one id, the first one is the one that was judged.
          if (!request || request.at < since || asked.has(id)) continue;
          const outcome = known.get(id);
          if (outcome) yield { ...request, ...outcome };
          else asked.set(id, request);
        } else if (event.type === eventTypes.feedback) {
          const outcome = event.data?.outcome;
          if (outcome === undefined || outcome === null) continue;
          const result = { outcome, version: String(event.modelversion) };
          const request = asked.get(id);
          if (request) yield { ...request, ...result };
          else known.set(id, result);
          asked.delete(id);
        }
      }
}

/** Returns the request of an event; undefined if it has no input values. */
function requestOf(
  id: string,
  model: string,
  { time, data }: Event,
): Omit<JoinedRequest, 'outcome' | 'version'> | undefined {
  const inputs: Record<string, LoggedTensor> = {};
  for (const { name, datatype, shape, data: values } of data?.inputs ?? [])
    if (name !== undefined && datatype !== undefined && shape && values)
      inputs[name] = { datatype, shape, data: values.map(value => loggedValue(datatype, value)) };
  if (Object.keys(inputs).length === 0) return undefined;
  return { id, model, at: Date.parse(String(time)), inputs, parameters: data?.parameters ?? {} };
}

/**
 * Converts a value of the log, where a non-finite number is text, and bytes that are not text are an object.
 */
function loggedValue(datatype: string, value: unknown): number | boolean | string {
  if (datatype !== 'BYTES') return typeof value === 'boolean' ? value : Number(value);
  return typeof value === 'string' ? value : String((value as { readonly b64: string }).b64);
}

/** Parses an event; undefined if it is not JSON. */
function eventIn(line: Buffer): Event | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as Event;
  } catch {
    return undefined;
  }
}
