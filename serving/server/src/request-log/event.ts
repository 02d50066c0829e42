/** Types of events, as in KServe's logger, with feedback for the outcomes of answers. */
export const eventTypes = {
  request: 'org.kubeflow.serving.inference.request',
  response: 'org.kubeflow.serving.inference.response',
  feedback: 'org.kubeflow.serving.inference.feedback',
} as const;

/** Event of the log: a CloudEvent (1.0) whose attributes and data are JSON text. */
export interface LogEvent {
  /**
   * JSON object with all attributes and extensions in the order in which they are written, without its
   * closing brace.
   */
  readonly head: string;
  readonly data: string;
  /** Approximate bytes in memory while it waits. */
  readonly bytes: number;
}

/** Approximate bytes of an event in addition to its texts. */
const eventOverheadBytes = 512;

/** Makes an event of JSON texts. */
export function eventOf(head: string, data: string): LogEvent {
  return { head, data, bytes: eventOverheadBytes + 2 * (head.length + data.length) };
}

/** Makes an event with the common attributes, followed by extensions. */
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

/** Returns all attributes and extensions of an event by name. */
export function attributesOf({ head }: Pick<LogEvent, 'head'>): Readonly<Record<string, string>> {
  return JSON.parse(`${head}}`) as Record<string, string>;
}

/** Returns the event as one JSON object: the structured mode of CloudEvents. */
export function structured(event: Pick<LogEvent, 'head' | 'data'>): string {
  return `${openStructured(event)}}`;
}

/**
 * Returns the same without its closing brace, for more attributes: cutting it off would copy the whole text.
 */
export function openStructured({ head, data }: Pick<LogEvent, 'head' | 'data'>): string {
  return `${head},"data":${data}`;
}

/**
 * Returns the event's attributes as headers, for data in the body: the binary mode of CloudEvents' HTTP
 * binding, encoded as in §3.1.3.2.
 */
export function binaryHeaders(event: Pick<LogEvent, 'head'>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributesOf(event))) {
    if (name === 'datacontenttype') headers['content-type'] = value;
    else headers[`ce-${name}`] = value.replaceAll(/[^!#$&-~]/gu, encodeURIComponent);
  }
  return headers;
}
