import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Exchange } from '../server/events.ts';
import { eventOf, eventTypes, type LogEvent, logEvent } from './event.ts';
import type { Redaction } from './redaction.ts';
import { bytesOfData, valuesText } from './tensor-json.ts';

/** Tensor, as far as it may be logged. */
interface Sight {
  /** Name; null if a client may have made it up. */
  readonly name: string | null;
  readonly tensor: Omit<Tensor, 'data'>;
  readonly bytes: number;
  /** Values to log; null: none. */
  readonly values: Tensor | null;
  /** True if its values may be logged but are too long. */
  readonly isCut: boolean;
}

/** Loggable part of an exchange, taken when it ends; references nothing else of it. */
export interface Loggable {
  readonly id: string;
  /** End of the request, ms since 1970. */
  readonly endedAt: number;
  readonly ms: number;
  readonly queueMs: number;
  readonly model: string;
  readonly version: string;
  readonly protocol: string;
  /** `ok`, or an error code: the text of an error may repeat the input. */
  readonly status: string;
  readonly person: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly inputs: readonly Sight[];
  readonly outputs: readonly Sight[];
}

/** Origin of all events, in the terms of KServe's logger. */
const source = '/murmuration/inference';
const component = { namespace: 'default', component: 'predictor', endpoint: 'default' };

/** Maximum characters of all headers, and of all parameters, that are logged of one request. */
const mostText = 8_192;

/**
 * Takes the loggable part of an exchange, in time independent of the size of its values. `payload` bounds
 * their bytes.
 */
export function draftOf(
  { version, protocol, error, ms, queueMs, request, response }: Exchange,
  {
    payload,
    redaction,
    ...known
  }: Pick<Loggable, 'id' | 'endedAt' | 'model' | 'person'> & {
    readonly payload: number;
    readonly redaction: Redaction;
  },
): Loggable {
  const { model } = known;
  const see = (tensors: readonly Tensor[]) => {
    let left = payload;
    return tensors.map((tensor): Sight => {
      const { name, datatype, shape, data } = tensor;
      const bytes = bytesOfData(data);
      const isAllowed = error === null && redaction.tensor(model, name, datatype);
      const isLogged = isAllowed && bytes <= left;
      if (isLogged) left -= bytes;
      return {
        // Names that fit the model are the model's own.
        name: error === null ? name : null,
        tensor: { name, datatype, shape },
        bytes,
        values: isLogged ? tensor : null,
        isCut: isAllowed && !isLogged,
      };
    });
  };
  return {
    ...known,
    ms,
    queueMs,
    version,
    protocol,
    status: error?.code ?? 'ok',
    headers: within(request.headers, name => redaction.header(model, name), textOfHeader),
    parameters: within(request.parameters, name => redaction.parameter(model, name), plain),
    inputs: see(request.inputs),
    outputs: see(response?.outputs ?? []),
  };
}

/** Returns the approximate bytes that a draft keeps in memory. */
export function bytesOfDraft({ inputs, outputs }: Loggable): number {
  return [...inputs, ...outputs].reduce((sum, { values, bytes }) => sum + (values ? bytes : 0), 1_024);
}

/** Makes the events of a draft, the request before its response. */
export function eventsOf(draft: Loggable, now: number): readonly LogEvent[] {
  const { endedAt, ms, queueMs, version, status } = draft;
  const id = JSON.stringify(draft.id);
  const { first, before, after, name } = sharedOf(draft);
  const person = draft.person === null ? '' : `,"person":${JSON.stringify(draft.person)}`;
  const headers = Object.keys(draft.headers).length > 0;
  const metadata = headers ? `,"metadata":${JSON.stringify(JSON.stringify(draft.headers))}` : '';
  const rest = `${before},"recordedtime":"${iso(now)}"${after}${person}${metadata}`;
  const of = (type: keyof typeof eventTypes, time: number, data: string) =>
    eventOf(
      `{"specversion":"1.0","id":${id}${first},"type":"${eventTypes[type]}","time":"${iso(time)}"${rest}`,
      data,
    );
  const head = `"id":${id},"model_name":${name}`;
  const own = Object.keys(draft.parameters).length > 0;
  const parameters = own ? `,"parameters":${JSON.stringify(draft.parameters)}` : '';
  const times = `"status":"${status}","ms":${rounded(ms)},"queue_ms":${rounded(queueMs)}`;
  const outputs = status === 'ok' ? `,"outputs":${listText(draft.outputs)}` : '';
  return [
    of('request', endedAt - ms, `{${head}${parameters},"inputs":${listText(draft.inputs)}}`),
    of('response', endedAt, `{${head},"model_version":${JSON.stringify(version)},${times}${outputs}}`),
  ];
}

/**
 * JSON text common to all requests of a version; making it for each would take longer than the rest of an
 * event.
 */
interface SharedText {
  /** Attributes after the id, up to the type. */
  readonly first: string;
  /** Attributes after the time, up to the recording time, and those after it. */
  readonly before: string;
  readonly after: string;
  /** Name of the model, as JSON. */
  readonly name: string;
}

const shared = new BoundedMap<string, SharedText>(1_024);

function sharedOf({ model, version, protocol }: Loggable): SharedText {
  // Only the name of a model may contain a line break, and it comes last.
  const key = `${protocol}\n${version}\n${model}`;
  const known = shared.get(key);
  if (known) return known;
  const text = (fields: Readonly<Record<string, string>>) => `,${JSON.stringify(fields).slice(1, -1)}`;
  const made = {
    first: text({ source }),
    before: text({ datacontenttype: 'application/json', inferenceservicename: model, ...component }),
    after: text({ protocol, ...(version !== '' && { modelversion: version }) }),
    name: JSON.stringify(model),
  };
  shared.set(key, made);
  return made;
}

/** Makes the event of a joined outcome, with the id of its request. */
export function feedbackEvent(
  {
    id,
    model,
    version,
    outcome,
  }: Pick<Loggable, 'id' | 'model' | 'version'> & { readonly outcome?: unknown },
  now: number,
): LogEvent {
  const extensions = {
    inferenceservicename: model,
    ...component,
    recordedtime: iso(now),
    modelversion: version,
  };
  const data = JSON.stringify({ id, model_name: model, model_version: version, outcome });
  return logEvent({ id, source, type: eventTypes.feedback, time: iso(now) }, extensions, data);
}

function listText(sights: readonly Sight[]): string {
  const texts = sights.map(({ name, tensor, bytes, values, isCut }) => {
    const named = name === null ? '' : `"name":${JSON.stringify(name)},`;
    const rest = values ? `,"data":${valuesText(values)}` : isCut ? ',"cut":true' : '';
    return `{${named}"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}],"bytes":${bytes}${rest}}`;
  });
  return `[${texts.join(',')}]`;
}

/** Returns the fields that may be logged, as far as there is room. */
function within<Value, Kept extends string | number | boolean>(
  fields: Readonly<Record<string, Value>> | undefined,
  may: (name: string) => boolean,
  keep: (value: Value) => Kept | undefined,
): Record<string, Kept> {
  if (!fields) return {};
  const kept: [string, Kept][] = [];
  let left = mostText;
  for (const [name, value] of Object.entries(fields)) {
    if (!may(name)) continue;
    const text = keep(value);
    if (text === undefined) continue;
    const length = name.length + String(text).length;
    if (length > left) continue;
    left -= length;
    kept.push([name, text]);
  }
  return Object.fromEntries(kept);
}

function textOfHeader(value: string | readonly string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : (value as string | undefined);
}

function plain(value: unknown): string | number | boolean | undefined {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? value : undefined;
}

/** ISO texts of the newest times: requests of one turn share most of them. */
const texts = new BoundedMap<number, string>(64);

function iso(time: number): string {
  const ms = Math.trunc(time);
  const known = texts.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  texts.set(ms, text);
  return text;
}

function rounded(ms: number): number {
  return Math.round(1_000 * ms) / 1_000;
}
