import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import Table from 'cli-table3';
import colours from 'picocolors';

/** Writes a line to standard output. */
export function say(line: string): void {
  process.stdout.write(`${harmless(line)}\n`);
}

/** Writes a message for people, not programs, to standard error. */
export function note(line: string): void {
  process.stderr.write(`${harmless(line)}\n`);
}

/** Writes one JSON value to standard output, for programs. */
export function sayJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2);
  // Escapes control characters in the JSON too, so that the value is the same, and can't control the
  // terminal.
  say(text.replaceAll(steering, code => [...code].map(escaped).join('')));
}

/** Replaces control characters, which could control the terminal, except colour sequences. */
function harmless(text: string): string {
  return text.replaceAll(steering, found =>
    found.startsWith('\u001b[') ? found : '\u{fffd}'.repeat(found.length),
  );
}

/** Pattern of a colour sequence, or of a single control character. */
const steering = /\p{Cc}\[\d{1,2}m|(?![\n\t])[\p{Cc}\p{Cf}]/gu;

const { bold, dim, green, yellow, red } = colours.createColors(
  process.stdout.isTTY === true && colours.isColorSupported,
);
const tones = { good: green, doubtful: yellow, bad: red, faint: dim };

/** Text of a cell with its tone, good or bad, which a terminal shows as a colour. */
export interface Toned {
  readonly text: string;
  readonly tone: keyof typeof tones;
}

export type CliCell = string | number | null | Toned;

/** Writes a table for people, with colours only on a terminal; null is a dash. */
export function sayTable(head: readonly string[], rows: readonly (readonly CliCell[])[]): void {
  const table = new Table({
    head: head.map(name => bold(name)),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map(row => row.map(shown)));
  say(table.toString().replaceAll(/(?<! ) +$/gm, ''));
}

/** Colours a text by its tone. */
function toned({ text, tone }: Toned): string {
  return tones[tone](printable(text));
}

function shown(cell: CliCell): string {
  if (cell === null) return '–';
  return typeof cell === 'object' ? toned(cell) : printable(String(cell));
}

/** Escapes a character like JSON: one UTF-16 unit, or two. */
function escaped(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Replaces control characters, because text from devices and people must not control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}

/** Exit codes by kind of error; any other is 1. */
const exitCodes = { 'not allowed': 3, 'not found': 4, unreachable: 5 } as const;

/** Help text about the exit codes. */
export const exitCodeHelp = `
Exit codes: 0 done; 1 failed, or called in a wrong way; ${Object.entries(exitCodes)
  .map(([what, code]) => `${code} ${what}`)
  .join('; ')}.`;

/** Returns the exit code of a command that failed with an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MurmurationError)) return 1;
  if (refusals.has(error.code)) return exitCodes['not allowed'];
  if (httpStatusOf(error) === 404) return exitCodes['not found'];
  return error.code === 'server.unreachable' ? exitCodes.unreachable : 1;
}

const refusals: ReadonlySet<ErrorCode> = new Set(['operator.unauthenticated', 'operator.forbidden']);
