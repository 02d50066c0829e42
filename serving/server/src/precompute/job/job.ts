import { isAbsolute, resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits } from '@murmuration/protocol/errors/misfits';
import { duration } from '@murmuration/protocol/time/duration';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import * as z from 'zod';
import { inputsSchema } from './inputs.ts';
import { isCron } from './schedule.ts';

const column = z.string().min(1).max(128);
const count = (most: number) => z.int().min(0).max(most);

/** A job as it is written down; what is left out has the default that stands here. Times are in ms, or such as `6 h`. */
export const precomputeSchema = z.strictObject({
  /** Lower-case letters, digits and hyphens. Names the table as well: `precomputed_NAME`, with `_` for each hyphen. */
  name: z
    .string()
    .regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected 1 to 40 lower-case letters, digits and hyphens'),
  /** A model, and the version or alias of it, such as `keyboard@champion`; without one, its standard version. */
  model: z.string().regex(/^[^@\s]{1,128}(?:@[^@\s]{1,128})?$/, 'expected a model such as keyboard@champion'),
  /** Where the rows come from: csv, jsonLines, sqlQuery, moduleRows or rows. */
  inputs: inputsSchema,
  /** The column by which a row is found; no two rows have the same. */
  key: column,
  /**
   * For an input of the model, the column that holds it, or the columns whose numbers make it up. Without it: the column of the input's name; else,
   * for a model with one input, all columns but the key.
   */
  columns: z.record(z.string(), z.union([column, z.array(column).min(1).max(100_000)])).default({}),
  /** The database of the table: `postgres://…`, or the path of a file of SQLite; by default that of whoever runs the job. */
  into: z.string().min(1).max(4_096).optional(),
  /** When it runs: every so often, or by a cron pattern such as `{ cron: '0 3 * * *' }`, in UTC unless a time zone is named. */
  every: z
    .union([
      duration.refine(ms => ms >= 1_000, 'expected at least 1 s'),
      z.strictObject({
        cron: z.string().max(200).refine(isCron, 'expected a cron pattern such as "0 3 * * *"'),
        timezone: z.string().max(100).default('UTC'),
      }),
    ])
    .nullable()
    .default(null),
  /** Whether it runs when `model` means another version. */
  onPromotion: z.boolean().default(false),
  /** How long a row counts once it was computed or found unchanged; null: for ever. */
  validFor: duration.nullable().default(null),
  /** What is answered for a row that no longer counts: the row, marked as stale; what the model says now; or a refusal. */
  stale: z.enum(['serve', 'compute', 'refuse']).default('serve'),
  /** Rows that can't be used. */
  failures: z
    .strictObject({
      /** So many of a run are kept with their lines and reasons. */
      kept: count(10_000).default(100),
      /** More than so many end a run, and the table stays what it was; null: none are too many. */
      most: count(2 ** 50)
        .nullable()
        .default(null),
    })
    .prefault({}),
});

/** A job: a model that runs over many inputs ahead of time, whose answers lie in a table. */
export type PrecomputeJob = z.output<typeof precomputeSchema>;
/** A job as it is written down. */
export type PrecomputeDefinition = z.input<typeof precomputeSchema>;

/** Checks a job. Throws `config.invalid`, naming what is wrong. */
export function precompute(definition: PrecomputeDefinition): PrecomputeJob {
  return jobOf(definition, 'The job');
}

/** The job that a value describes; `where` names it in what is thrown. Throws `config.invalid`. */
export function jobOf(value: unknown, where: string): PrecomputeJob {
  const parsed = precomputeSchema.safeParse(value, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    `${where}: ${describeMisfits(parsed.error.issues, value, 'The job')}`,
  );
}

/** The same job with its paths as seen from `folder`. */
export function placed(job: PrecomputeJob, folder: string): PrecomputeJob {
  const place = (path: string) => (isPostgresql(path) || isAbsolute(path) ? path : resolve(folder, path));
  const { inputs, into } = job;
  const own =
    'csv' in inputs
      ? { ...inputs, csv: place(inputs.csv) }
      : 'jsonLines' in inputs
        ? { jsonLines: place(inputs.jsonLines) }
        : 'sql' in inputs
          ? { ...inputs, sql: place(inputs.sql) }
          : 'module' in inputs
            ? { module: place(inputs.module) }
            : inputs;
  return { ...job, inputs: own, ...(into !== undefined && { into: place(into) }) };
}

/** The name of a job's model, and the version or alias that it asks for. */
export function modelOf({ model }: PrecomputeJob): {
  readonly name: string;
  readonly at: string | undefined;
} {
  const [name = '', at] = model.split('@');
  return { name, at };
}
