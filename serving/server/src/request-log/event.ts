/** Types of events, as KServe's logger names them; feedback says what became of an answer. */
export const eventTypes = {
  request: 'org.kubeflow.serving.inference.request',
  response: 'org.kubeflow.serving.inference.response',
  feedback: 'org.kubeflow.serving.inference.feedback',
} as const;

/** One event of the log: a CloudEvent (1.0) whose attributes and data are JSON text already. */
export interface LogEvent {
  /** A JSON object with all attributes and extensions, in the order in which they are written; its closing brace is left out. */
  readonly head: string;
  readonly data: string;
  /** Bytes for which it counts while it waits. */
  readonly bytes: number;
}

/** What an event takes in memory besides its texts, about. */
const overhead = 512;

/** An event of texts that are JSON. */
export function eventOf(head: string, data: string): LogEvent {
  return { head, data, bytes: overhead + 2 * (head.length + data.length) };
}

/** An event with the attributes that each has, then its own. */
export function logEvent(
  { id, source, type, time }: Record<'id' | 'source' | 'type' | 'time', string>,
  extensions: Readonly<Record<string, string>>,
  data: string,
): LogEvent {
  const attributes = {
    specversion: '1.0',
    id,
    source,
    type,
    time,
    datacontenttype: 'application/json',
    ...extensions,
  };
  return eventOf(JSON.stringify(attributes).slice(0, -1), data);
}

/** All attributes and extensions of an event by their names. */
export function attributesOf({ head }: Pick<LogEvent, 'head'>): Readonly<Record<string, string>> {
  return JSON.parse(`${head}}`) as Record<string, string>;
}

/** The event as one JSON object: CloudEvents' structured mode. */
export function structured(event: Pick<LogEvent, 'head' | 'data'>): string {
  return `${openStructured(event)}}`;
}

/** The same without its closing brace, for more attributes: to cut it off would copy the whole text. */
export function openStructured({ head, data }: Pick<LogEvent, 'head' | 'data'>): string {
  return `${head},"data":${data}`;
}

/** The event as headers, its data being the body: the binary mode of CloudEvents' HTTP binding, whose §3.1.3.2 says what is encoded. */
export function binaryHeaders(event: Pick<LogEvent, 'head'>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributesOf(event))) {
    if (name === 'datacontenttype') headers['content-type'] = value;
    else headers[`ce-${name}`] = value.replaceAll(/[^!#$&-~]/gu, encodeURIComponent);
  }
  return headers;
}
