import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { eventTypes } from './event.ts';
import { linesOf, logFiles } from './files/folder.ts';

/** The values of a tensor as the log has them. */
export interface LoggedTensor {
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Numbers, true and false, texts; bytes that are no text as base64. In the order of their rows. */
  readonly data: readonly (number | boolean | string)[];
}

type Outcome = string | number | boolean;

/** A request of the log beside what became of its answer, as far as the log's rules let it be written down. */
export interface JoinedRequest {
  readonly id: string;
  readonly model: string;
  /** The version that answered. */
  readonly version: string;
  /** When it was asked, ms since 1970. */
  readonly at: number;
  /** By name, those whose values are in the log. */
  readonly inputs: Readonly<Record<string, LoggedTensor>>;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** One, or of a request of several rows a list. */
  readonly outcome: Outcome | readonly Outcome[];
}

/** Which requests are meant. */
export interface JoinedOptions {
  readonly model: string;
  /** Asked at that time or later, ms since 1970. */
  readonly since: number;
  /** Requests that wait for their outcome, and outcomes that wait for their request, at most: the oldest give way. */
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
 * Requests of logs whose outcomes are there as well, each once, in the order in which both were known. What the rules of a log left out, or
 * what was forgotten, is not among them. Throws `config.invalid` where a folder is no log, and `storage.corrupt`.
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
          // Of two requests with one id the first is the one that was judged.
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

/** Undefined where no value of an input may be logged. */
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

/** The log has what is no finite number as a text, and bytes that are no text as an object. */
function loggedValue(datatype: string, value: unknown): number | boolean | string {
  if (datatype !== 'BYTES') return typeof value === 'boolean' ? value : Number(value);
  return typeof value === 'string' ? value : String((value as { readonly b64: string }).b64);
}

/** Undefined for what is no event. */
function eventIn(line: Buffer): Event | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as Event;
  } catch {
    return undefined;
  }
}
