import { Buffer } from 'node:buffer';
import { type LogEvent, logEvent, openStructured } from '../event.ts';
import type { Chain } from './chain.ts';

/** Types of lines about the log itself. */
export const lineTypes = {
  /** First line of each file. */
  opened: 'org.murmuration.inference.log.opened',
  /** Deletion of the oldest files, as the settings say. */
  retired: 'org.murmuration.inference.log.retired',
  /** Deletion of lines about a person. */
  forgotten: 'org.murmuration.inference.log.forgotten',
  /** Replacement of a deleted line. */
  tombstone: 'org.murmuration.inference.log.tombstone',
} as const;

/** Maximum bytes of a line: a longer one is damaged. */
export const maxLineBytes = 8 << 20;

const sequenceDigits = 15;
const linkHead = ',"chain":"';
const linkLength = linkHead.length + 64 + 2;
const linkForm = /^,"chain":"([0-9a-f]{64})"\}$/;

/** Position of the next line. */
export interface LinePlace {
  /** Number of lines before it, in all files. */
  readonly sequence: number;
  /** Link of the last of them. */
  readonly link: Uint8Array;
}

/**
 * Makes line `sequence` of a log, without its line break, and its link. `salt` makes guesses at a deleted
 * line uncheckable.
 */
export function lineOf(
  event: Pick<LogEvent, 'head' | 'data'>,
  { sequence, link }: LinePlace,
  chain: Chain | null,
  salt: () => string,
): { readonly line: string; readonly link: Uint8Array } {
  const open = `${openStructured(event)},"sequence":"${sequenceText(sequence)}"`;
  if (!chain) return { line: `${open}}`, link };
  return linked(`${open},"salt":"${salt()}"`, link, chain);
}

/**
 * Makes the replacement of line `sequence`: it has the digest of the line, so that the chain still holds, and
 * nothing else.
 */
export function tombstoneOf(
  source: string,
  { sequence }: Pick<LinePlace, 'sequence'>,
  sealed: { readonly digest: Uint8Array; readonly link: Uint8Array } | null,
): string {
  const number = sequenceText(sequence);
  const attributes = { specversion: '1.0', id: `deleted-${number}`, source, type: lineTypes.tombstone };
  const open = `${JSON.stringify(attributes).slice(0, -1)},"sequence":"${number}"`;
  if (!sealed) return `${open}}`;
  return `${open},"digest":"${toHex(sealed.digest)}"${linkHead}${toHex(sealed.link)}"}`;
}

/** Splits a line into the bytes that its digest covers, and its link; undefined if it has no link. */
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

/** Parsed line, as far as the log itself needs it. */
export interface ReadLine {
  readonly type: string;
  readonly source: string;
  readonly sequence: number;
  readonly time: string;
  readonly person: string | undefined;
  readonly digest: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Parses a line; undefined if it is not a line of a log. */
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

/** Makes an event about the log itself, at `now` (ms since 1970). */
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
  return String(sequence).padStart(sequenceDigits, '0');
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
