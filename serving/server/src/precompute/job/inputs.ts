import * as z from 'zod';

/** A record, as a program has it: a value by the name of its column. */
export type InputObject = Readonly<Record<string, unknown>>;

/** Gives all records, in the same order each time. */
export type InputRows = () => Iterable<InputObject> | AsyncIterable<InputObject>;

const path = z.string().min(1).max(4_096);

/** Where a job's inputs come from. Paths are as seen from the folder of the file that names them. */
export const inputsSchema = z.union(
  [
    z.strictObject({
      /** A file of comma-separated values (RFC 4180) in UTF-8, whose first line names the columns. */
      csv: path,
      /** What stands between columns. */
      delimiter: z.string().length(1).default(','),
    }),
    z.strictObject({
      /** A file with one JSON object on each line. */
      jsonLines: path,
    }),
    z.strictObject({
      /** A database: `postgres://…`, or the path of a file of SQLite. */
      sql: path,
      /** What it is asked, the columns by their names in the answer. */
      query: z.string().min(1).max(100_000),
    }),
    z.strictObject({
      /** A module whose default export is a function that gives records, or an (async) iterable of them. */
      module: path,
    }),
    z.strictObject({
      /** A function that gives records, or an (async) iterable of them. */
      rows: z.custom<InputRows>(value => typeof value === 'function', 'expected a function'),
    }),
  ],
  'expected one of csv("file.csv"), jsonLines("file.jsonl"), sqlQuery("address", "select …"), moduleRows("file.mjs") and rows(() => …)',
);

export type Inputs = z.output<typeof inputsSchema>;
/** Inputs as a job is written down with them. */
export type GivenInputs = z.input<typeof inputsSchema>;

/** Inputs from a file of comma-separated values, whose first line names the columns. */
export function csv(file: string, { delimiter = ',' }: { readonly delimiter?: string } = {}): GivenInputs {
  return { csv: file, delimiter };
}

/** Inputs from a file with one JSON object on each line. */
export function jsonLines(file: string): GivenInputs {
  return { jsonLines: file };
}

/** Inputs from a database: `postgres://…`, or the path of a file of SQLite. */
export function sqlQuery(address: string, query: string): GivenInputs {
  return { sql: address, query };
}

/** Inputs from a module: its default export is a function that gives records, or an (async) iterable of them. */
export function moduleRows(file: string): GivenInputs {
  return { module: file };
}

/** Inputs from a function that gives records, the same ones in the same order each time. */
export function rows(give: InputRows): GivenInputs {
  return { rows: give };
}
