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

/** Job as it is written; omitted fields get their defaults. Times are in ms, or texts such as `6 h`. */
export const precomputeSchema = z.strictObject({
  /**
   * Name in lower-case letters, digits and hyphens. It also names the table: `precomputed_NAME`, with `_` for
   * each hyphen.
   */
  name: z
    .string()
    .regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected 1 to 40 lower-case letters, digits and hyphens'),
  /** Model with a version or alias, such as `keyboard@champion`; without one, its standard version. */
  model: z.string().regex(/^[^@\s]{1,128}(?:@[^@\s]{1,128})?$/, 'expected a model such as keyboard@champion'),
  /** Source of the rows: csv, jsonLines, sqlQuery, moduleRows or rows. */
  inputs: inputsSchema,
  /** Column with the key of a row, which must be unique. */
  key: column,
  /**
   * Column, or columns of numbers, for each input of the model. By default the column with the input's name;
   * else, for a model with one input, all columns except the key.
   */
  columns: z.record(z.string(), z.union([column, z.array(column).min(1).max(100_000)])).default({}),
  /**
   * Database of the table: `postgres://…`, or the path of a SQLite file; by default that of the program that
   * runs the job.
   */
  into: z.string().min(1).max(4_096).optional(),
  /**
   * Schedule: an interval, or a cron pattern such as `{ cron: '0 3 * * *' }`, in UTC unless a time zone is
   * named.
   */
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
  /** True if it also runs when `model` changes its version. */
  onPromotion: z.boolean().default(false),
  /** Time for which a row is valid after it was computed or found unchanged; null: forever. */
  validFor: duration.nullable().default(null),
  /**
   * Answer for a row that is no longer valid: the row, marked as stale; a new prediction of the model; or a
   * refusal.
   */
  stale: z.enum(['serve', 'compute', 'refuse']).default('serve'),
  /** Treatment of rows that can't be used. */
  failures: z
    .strictObject({
      /** Maximum unusable rows of a run that are kept with their lines and reasons. */
      kept: count(10_000).default(100),
      /**
       * Maximum unusable rows of a run; with more, the run ends and the table stays unchanged; null: any
       * number.
       */
      most: count(2 ** 50)
        .nullable()
        .default(null),
    })
    .prefault({}),
});

/** Job that runs a model over many inputs ahead of time, and stores the answers in a table. */
export type PrecomputeJob = z.output<typeof precomputeSchema>;
/** Job in the form in which it is written. */
export type PrecomputeDefinition = z.input<typeof precomputeSchema>;

/** Checks a job and fills in defaults. Throws `config.invalid`, naming what is wrong. */
export function precompute(definition: PrecomputeDefinition): PrecomputeJob {
  return jobOf(definition, 'The job');
}

/** Parses a job; `where` names it in errors. Throws `config.invalid`. */
export function jobOf(value: unknown, where: string): PrecomputeJob {
  const parsed = precomputeSchema.safeParse(value, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    `${where}: ${describeMisfits(parsed.error.issues, value, 'The job')}`,
  );
}

/** Returns the job with its paths resolved against `folder`. */
export function placed(job: PrecomputeJob, folder: string): PrecomputeJob {
  const place = (path: string) => (isPostgresql(path) || isAbsolute(path) ? path : resolve(folder, path));
  const { inputs, into } = job;
  const paths = Object.entries(inputs).filter(([name]) =>
    ['csv', 'jsonLines', 'sql', 'module'].includes(name),
  );
  const own = Object.fromEntries(paths.map(([name, path]) => [name, place(path)]));
  return { ...job, inputs: { ...inputs, ...own }, ...(into !== undefined && { into: place(into) }) };
}

/** Returns the name of a job's model, and the version or alias that it asks for. */
export function modelOf({ model }: PrecomputeJob): {
  readonly name: string;
  readonly at: string | undefined;
} {
  const [name = '', at] = model.split('@');
  return { name, at };
}
