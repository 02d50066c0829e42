import * as z from 'zod';

/** Record from a program: values by column name. */
export type InputObject = Readonly<Record<string, unknown>>;

/** Returns all records, in the same order each time. */
export type InputRows = () => Iterable<InputObject> | AsyncIterable<InputObject>;

const path = z.string().min(1).max(4_096);

/** Source of a job's inputs. Paths are relative to the folder of the file that names them. */
export const inputsSchema = z.union(
  [
    z.strictObject({
      /** File of comma-separated values (RFC 4180) in UTF-8, whose first line names the columns. */
      csv: path,
      /** Delimiter between columns. */
      delimiter: z.string().length(1).default(','),
    }),
    z.strictObject({
      /** File with one JSON object on each line. */
      jsonLines: path,
    }),
    z.strictObject({
      /** Database: `postgres://…`, or the path of a SQLite file. */
      sql: path,
      /** Query whose result columns have the names that the job uses. */
      query: z.string().min(1).max(100_000),
    }),
    z.strictObject({
      /** Module whose default export is a function that returns records, or an (async) iterable of them. */
      module: path,
    }),
    z.strictObject({
      /** Function that returns records, as an iterable or async iterable. */
      rows: z.custom<InputRows>(value => typeof value === 'function', 'expected a function'),
    }),
  ],
  'expected one of csv("file.csv"), jsonLines("file.jsonl"), sqlQuery("address", "select …"), moduleRows("file.mjs") and rows(() => …)',
);

export type JobInputs = z.output<typeof inputsSchema>;
/** Inputs in the form in which a job is written. */
export type GivenInputs = z.input<typeof inputsSchema>;

/** Makes inputs from a file of comma-separated values, whose first line names the columns. */
export function csv(file: string, { delimiter = ',' }: { readonly delimiter?: string } = {}): GivenInputs {
  return { csv: file, delimiter };
}

/** Makes inputs from a file with one JSON object on each line. */
export function jsonLines(file: string): GivenInputs {
  return { jsonLines: file };
}

/** Makes inputs from a database: `postgres://…`, or the path of a SQLite file. */
export function sqlQuery(address: string, query: string): GivenInputs {
  return { sql: address, query };
}

/**
 * Makes inputs from a module: its default export is a function that returns records, or an (async) iterable
 * of them.
 */
export function moduleRows(file: string): GivenInputs {
  return { module: file };
}

/** Makes inputs from a function that returns records, the same ones in the same order each time. */
export function rows(give: InputRows): GivenInputs {
  return { rows: give };
}
