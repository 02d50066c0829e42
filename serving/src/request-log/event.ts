/** Types of events, as KServe's logger names them; feedback says what became of an answer. */
export const eventTypes = {
  request: 'org.kubeflow.serving.inference.request',
  response: 'org.kubeflow.serving.inference.response',
  feedback: 'org.kubeflow.serving.inference.feedback',
} as const;

/** One event of the log: a CloudEvent (1.0) whose data are JSON text already. */
export interface LogEvent {
  /** All attributes and extensions, in the order in which they are written. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
  /** Bytes for which it counts while it waits. */
  readonly bytes: number;
}

/** What an event takes in memory besides its texts, about. */
const overhead = 512;

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
  let characters = data.length;
  for (const name in attributes) characters += attributes[name as keyof typeof attributes].length;
  return { attributes, data, bytes: overhead + 2 * characters };
}

/** The event as one JSON object: CloudEvents' structured mode. */
export function structured({ attributes, data }: Pick<LogEvent, 'attributes' | 'data'>): string {
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`;
}

/** The event as headers, its data being the body: the binary mode of CloudEvents' HTTP binding, whose §3.1.3.2 says what is encoded. */
export function binaryHeaders({ attributes }: Pick<LogEvent, 'attributes'>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'datacontenttype') headers['content-type'] = value;
    else headers[`ce-${name}`] = value.replaceAll(/[^!#$&-~]/gu, encodeURIComponent);
  }
  return headers;
}
