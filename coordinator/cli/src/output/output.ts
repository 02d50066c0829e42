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

/** Columns that help and tables have at most. */
export const widest = 100;

/** Breaks lines at spaces, to be `width` columns wide at most. */
export function wrap(text: string, width = widest): string {
  return text.replaceAll(new RegExp(`(.{1,${width}})(?: +|$)|(\\S{${width}})`, 'gm'), '$1$2\n').trimEnd();
}

type Rows = readonly (readonly CliCell[])[];

/**
 * Writes a table for people, with colours only on a terminal; null is a dash. A table that would be wider
 * than `widest` has its texts broken at spaces; where that is not enough, rows become columns, or lines.
 */
export function sayTable(head: readonly string[], rows: Rows): void {
  const widths = widthsOf(head, rows);
  if (!widths) {
    const [corner, ...names] = head;
    const turned = names.map((name, i) => [name, ...rows.map(row => row[i + 1]!)]);
    const turnedHead = [corner!, ...rows.map(([first]) => (first === undefined ? '' : shownText(first)))];
    if (widthsOf(turnedHead, turned)) sayTable(turnedHead, turned);
    else sayRecords(head, rows);
    return;
  }
  const table = new Table({
    head: head.map((name, i) => bold(wrap(name, widths[i]))),
    chars: { ...noLines, middle: columnGap },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map(row => row.map((cell, i) => shown(cell, widths[i]!))));
  say(table.toString().replaceAll(/(?<! ) +$/gm, ''));
}

/** Columns of each column of a table; null if it is too wide even with all its texts broken at spaces. */
function widthsOf(head: readonly string[], rows: Rows): readonly number[] | null {
  const texts = [head, ...rows.map(row => row.map(shownText))];
  const longest = (between: string) =>
    head.map((_, i) =>
      texts.reduce((most, row) => Math.max(most, ...row[i]!.split(between).map(({ length }) => length)), 0),
    );
  const excess = (widths: readonly number[]) =>
    widths.reduce((sum, width) => sum + width, columnGap.length * (head.length - 1)) - widest;
  const least = longest(' ');
  if (excess(least) > 0) return null;
  const widths = longest('\n').map(width => Math.min(width, widest));
  while (excess(widths) > 0) {
    const spare = widths.map((width, i) => (width > least[i]! ? width : 0));
    widths[spare.indexOf(Math.max(...spare))]! -= 1;
  }
  return widths;
}

const columnGap = '  ';
const noLines = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right'].flatMap(side =>
    ['', '-mid', '-left', '-right'].map(end => [side + end, '']),
  ),
);

/** Writes each row of a table as lines, a cell a line. */
function sayRecords(head: readonly string[], rows: Rows): void {
  const indent = Math.max(...head.map(({ length }) => length)) + columnGap.length;
  for (const row of rows) {
    const lines = row.map((cell, i) => {
      const text = shown(cell, widest - indent).replaceAll('\n', `\n${' '.repeat(indent)}`);
      return `${bold(head[i]!)}${' '.repeat(indent - head[i]!.length)}${text}`;
    });
    say(`${lines.join('\n')}\n`);
  }
}

/** Text of a cell; a time in ISO 8601 has a space in it, and no fractions of a second. */
function shownText(cell: CliCell): string {
  if (cell === null) return '–';
  const text = printable(String(typeof cell === 'object' ? cell.text : cell));
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2Z');
}

function shown(cell: CliCell, width: number): string {
  const text = wrap(shownText(cell), width);
  return typeof cell === 'object' && cell ? tones[cell.tone](text) : text;
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
