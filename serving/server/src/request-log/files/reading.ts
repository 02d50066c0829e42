import { eventTypes } from '../event.ts';
import { type LogFile, linesOf, logFiles } from './folder.ts';

/** Event of a log for display; fields that it does not have are null. */
export interface Entry {
  readonly time: string;
  readonly event: 'request' | 'response' | 'feedback';
  readonly id: string;
  readonly model: string;
  readonly version: string | null;
  readonly protocol: string;
  readonly status: string | null;
  readonly ms: number | null;
  /** Tensors, such as `x FP32 [1, 2]`. */
  readonly tensors: string;
  /** Complete line. */
  readonly text: string;
}

/** Returns the newest wanted entries, oldest first. Throws `config.invalid` if the folder can't be read. */
export async function lastEntries(
  folder: string,
  limit: number,
  isWanted: (entry: Entry) => boolean,
): Promise<readonly Entry[]> {
  let found: Entry[] = [];
  for (const file of (await logFiles(folder)).toReversed()) {
    const own: Entry[] = [];
    for await (const entry of entriesOf(file)) {
      if (!isWanted(entry)) continue;
      own.push(entry);
      if (own.length > 2 * limit) own.splice(0, own.length - limit);
    }
    found = [...own, ...found].slice(-limit);
    if (found.length === limit) break;
  }
  return found;
}

/** Yields entries written from now on, forever; awaits `pause` before each look. */
export async function* followLog(folder: string, pause: () => Promise<void>): AsyncGenerator<Entry> {
  const newest = (await logFiles(folder)).at(-1);
  let number = newest?.number ?? 0;
  let at = newest ? await lengthOf(newest) : 0;
  for (;;) {
    await pause();
    for (const file of await logFiles(folder)) {
      if (file.number < number) continue;
      if (file.number > number) {
        number = file.number;
        at = 0;
      }
      for await (const { bytes, isWhole } of linesOf(file, at)) {
        if (!isWhole) break;
        at += bytes.length + 1;
        const entry = entryOf(bytes);
        if (entry) yield entry;
      }
    }
  }
}

async function* entriesOf(file: LogFile): AsyncGenerator<Entry> {
  for await (const { bytes, isWhole } of linesOf(file)) {
    const entry = isWhole ? entryOf(bytes) : undefined;
    if (entry) yield entry;
  }
}

async function lengthOf(file: LogFile): Promise<number> {
  let length = 0;
  for await (const { bytes, isWhole } of linesOf(file)) if (isWhole) length += bytes.length + 1;
  return length;
}

/** Parses an entry; undefined for lines about the log itself, and malformed ones. */
function entryOf(line: Buffer): Entry | undefined {
  const text = line.toString('utf8');
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const event = (Object.keys(eventTypes) as (keyof typeof eventTypes)[]).find(
    name => eventTypes[name] === value.type,
  );
  if (!event) return undefined;
  const data = (value.data ?? {}) as Readonly<Record<string, unknown>>;
  return {
    time: textOf(value.time) ?? '',
    event,
    id: textOf(value.id) ?? '',
    model: textOf(value.inferenceservicename) ?? '',
    version: textOf(value.modelversion),
    protocol: textOf(value.protocol) ?? '',
    status: textOf(data.status),
    ms: typeof data.ms === 'number' ? data.ms : null,
    tensors: tensorsText(data.inputs ?? data.outputs),
    text,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function tensorsText(tensors: unknown): string {
  if (!Array.isArray(tensors)) return '';
  return tensors
    .map(tensor => {
      const { name, datatype, shape } = (tensor ?? {}) as Readonly<Record<string, unknown>>;
      const size = Array.isArray(shape) ? `[${shape.join(', ')}]` : null;
      return [textOf(name), textOf(datatype), size].filter(part => part !== null).join(' ');
    })
    .join('; ');
}
