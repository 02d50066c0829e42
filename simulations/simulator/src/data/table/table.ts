import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import type * as z from 'zod';
import type { Columns, Dataset } from '../dataset.ts';

/** Rules that turn the rows of a file into examples. */
export interface TableSettings<Row extends Record<string, unknown>> {
  readonly path: string;
  /**
   * Schema of a row; columns that it doesn't name are left out. CSV values are strings: `z.coerce.number()`
   * turns them into numbers.
   */
  readonly row: z.ZodType<Row>;
  /** Column with the owner of a row. */
  readonly user?: keyof Row & string;
  /**
   * Column with a row's class, a string or a number; classes are numbered in ascending order of the values.
   */
  readonly label?: keyof Row & string;
  /** Column with a row's time: a number, a date, or a date string such as `2026-01-31T12:00Z`. */
  readonly time?: keyof Row & string;
  /**
   * Share of each user's rows, the last ones, that no client sees; of all rows if there are no users.
   * @default 0.1
   */
  readonly heldOut?: number;
  /**
   * Limits of the file.
   * @default 10 million rows, and 2 GiB
   */
  readonly limits?: { readonly rows?: number; readonly bytes?: number };
}

/** Row as the file contains it. */
export interface RawRow {
  /** Line on which the row starts, from 1. */
  readonly line: number;
  readonly values: unknown;
}

const LARGEST = { rows: 10_000_000, bytes: 2 ** 31 };

/** Makes the error for an invalid row; it names the line to correct. */
export function refused(path: string, line: number, what: string): MurmurationError {
  return new MurmurationError('data.row', `${path}, line ${line}: ${what}`);
}

/**
 * Throws `data.too-large` for a file above its limit, before reading it, and `data.malformed` for a missing
 * one.
 */
export async function requireSize({
  path,
  limits,
}: Pick<TableSettings<never>, 'path' | 'limits'>): Promise<void> {
  const bytes = limits?.bytes ?? LARGEST.bytes;
  const { size } = await stat(path).catch(cause => {
    throw new MurmurationError('data.malformed', `${path} can't be read: ${cause.message}.`, { cause });
  });
  if (size > bytes)
    throw new MurmurationError(
      'data.too-large',
      `${path} has ${size} bytes, more than its limit of ${bytes}; raise limits.bytes, or give fewer examples.`,
    );
}

/**
 * Makes a dataset from the rows of a file.
 * @throws `data.row` for the first invalid row, `data.too-large` for more rows than the limit,
 * `data.malformed` for no rows
 */
export async function datasetOf<Row extends Record<string, unknown>>(
  rows: AsyncIterable<RawRow>,
  settings: TableSettings<Row>,
): Promise<Dataset<Row>> {
  const { path, row, user, label, time, heldOut = 0.1, limits } = settings;
  const most = limits?.rows ?? LARGEST.rows;
  const examples: Row[] = [];
  const times: number[] = [];
  for await (const { line, values } of rows) {
    if (examples.length === most)
      throw new MurmurationError(
        'data.too-large',
        `${path} has more than ${most} rows, its limit; raise limits.rows, or give fewer examples.`,
      );
    const { data, error } = row.safeParse(values);
    if (error) throw refused(path, line, whyUnfit(row, values, 'The row'));
    examples.push(data);
    if (time) times.push(timeOf(data[time], path, line, time));
  }
  if (examples.length === 0) throw new MurmurationError('data.malformed', `${path} holds no rows.`);
  const users = user && examples.map(example => String(example[user]));
  const labels = label && classesOf(examples.map(example => example[label]));
  const isHeldOut = lastOnes(users ?? examples.map(() => ''), heldOut);
  const kept = <Value>(values: readonly Value[]) => values.filter((_, i) => !isHeldOut[i]);
  const columns: Columns = {
    ...(users && { users: kept(users) }),
    ...(labels && { labels: kept(labels) }),
    ...(time && { times: kept(times) }),
  };
  return {
    name: basename(path),
    train: kept(examples),
    heldOut: examples.filter((_, i) => isHeldOut[i]),
    ...columns,
  };
}

function timeOf(value: unknown, path: string, line: number, column: string): number {
  const time = typeof value === 'number' ? value : new Date(value as string | Date).getTime();
  if (Number.isFinite(time)) return time;
  throw refused(path, line, `column "${column}": ${JSON.stringify(value)} is no time.`);
}

/** Numbers the distinct values in ascending order and returns the number of each value. */
function classesOf(values: readonly unknown[]): number[] {
  const ascending = [...new Set(values)].sort((a, b) => (a! < b! ? -1 : 1));
  const numbers = new Map(ascending.map((value, number) => [value, number]));
  return values.map(value => numbers.get(value)!);
}

/** Marks the last rows of each user, `share` of its rows, rounded. */
function lastOnes(users: readonly string[], share: number): boolean[] {
  const counts = new Map<string, number>();
  for (const user of users) counts.set(user, (counts.get(user) ?? 0) + 1);
  const seen = new Map<string, number>();
  return users.map(user => {
    const place = (seen.get(user) ?? 0) + 1;
    seen.set(user, place);
    const count = counts.get(user)!;
    return place > count - Math.round(count * share);
  });
}
