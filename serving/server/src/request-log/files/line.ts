import { Buffer } from 'node:buffer';
import { type LogEvent, logEvent, openStructured } from '../event.ts';
import type { Chain } from './chain.ts';

/** Types of lines that tell of the log itself. */
export const lineTypes = {
  /** The first of each file. */
  opened: 'org.murmuration.inference.log.opened',
  /** The oldest files were deleted, as the settings say. */
  retired: 'org.murmuration.inference.log.retired',
  /** What was known of a person was deleted. */
  forgotten: 'org.murmuration.inference.log.forgotten',
  /** Stands where a line was deleted. */
  tombstone: 'org.murmuration.inference.log.tombstone',
} as const;

/** The longest line, bytes: what holds more of a log is damaged. */
export const longestLine = 8 << 20;

const digits = 15;
const linkHead = ',"chain":"';
const linkLength = linkHead.length + 64 + 2;
const linkForm = /^,"chain":"([0-9a-f]{64})"\}$/;

/** Where the next line stands. */
export interface Place {
  /** Lines before it, of all files. */
  readonly sequence: number;
  /** The link of the last of them. */
  readonly link: Uint8Array;
}

/** Line `sequence` of a log, without its end, and its link. `salt` hides from those who guess at a deleted line whether they are right. */
export function lineOf(
  event: Pick<LogEvent, 'head' | 'data'>,
  { sequence, link }: Place,
  chain: Chain | null,
  salt: () => string,
): { readonly line: string; readonly link: Uint8Array } {
  const open = `${openStructured(event)},"sequence":"${sequenceText(sequence)}"`;
  if (!chain) return { line: `${open}}`, link };
  return linked(`${open},"salt":"${salt()}"`, link, chain);
}

/** What stands where line `sequence` was: the digest of what it said, so that the chain still holds, and nothing else. */
export function tombstoneOf(
  source: string,
  { sequence }: Pick<Place, 'sequence'>,
  sealed: { readonly digest: Uint8Array; readonly link: Uint8Array } | null,
): string {
  const number = sequenceText(sequence);
  const attributes = { specversion: '1.0', id: `deleted-${number}`, source, type: lineTypes.tombstone };
  const open = `${JSON.stringify(attributes).slice(0, -1)},"sequence":"${number}"`;
  if (!sealed) return `${open}}`;
  return `${open},"digest":"${toHex(sealed.digest)}"${linkHead}${toHex(sealed.link)}"}`;
}

/** A line as it was read: the bytes that its digest is of, and its link; undefined where it has none. */
export function splitLine(
  line: Uint8Array,
): { readonly body: Uint8Array; readonly link: Buffer } | undefined {
  if (line.length <= linkLength) return undefined;
  const tail = Buffer.from(line.subarray(-linkLength)).toString('latin1');
  const found = linkForm.exec(tail)?.[1];
  return found === undefined
    ? undefined
    : { body: line.subarray(0, -linkLength), link: Buffer.from(found, 'hex') };
}

/** What a line says, as far as the log itself has to know. */
export interface ReadLine {
  readonly type: string;
  readonly source: string;
  readonly sequence: number;
  readonly time: string;
  readonly person: string | undefined;
  readonly digest: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Undefined for what is no line of a log. */
export function readLine(line: Uint8Array): ReadLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, source, sequence, time, person, digest, data } = value as Record<string, unknown>;
  if (typeof type !== 'string' || typeof source !== 'string') return undefined;
  if (typeof sequence !== 'string' || !/^\d{1,15}$/.test(sequence)) return undefined;
  return {
    type,
    source,
    sequence: Number(sequence),
    time: typeof time === 'string' ? time : '',
    person: typeof person === 'string' ? person : undefined,
    digest: typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined,
    data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {},
  };
}

/** A line that tells of the log itself, at `now`, ms since 1970. */
export function ownEvent(
  type: Exclude<keyof typeof lineTypes, 'tombstone'>,
  now: number,
  data: Readonly<Record<string, unknown>>,
): LogEvent {
  const time = new Date(now).toISOString();
  const about = { id: `${type}-${time}`, source: '/murmuration/inference/log', type: lineTypes[type], time };
  return logEvent(about, {}, JSON.stringify(data));
}

function linked(open: string, previous: Uint8Array, chain: Chain) {
  const link = chain.link(previous, chain.digest(Buffer.from(open)));
  return { line: `${open}${linkHead}${toHex(link)}"}`, link };
}

function sequenceText(sequence: number): string {
  return String(sequence).padStart(digits, '0');
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
