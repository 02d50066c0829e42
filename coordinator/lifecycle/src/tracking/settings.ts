import { duration } from '@murmuration/protocol/time/duration';
import { Secret } from '@murmuration/rounds/tokens/secret';
import * as z from 'zod';

/** Of a server, without a slash at its end. */
const address = z
  .url({ protocol: /^https?$/, abort: true })
  .refine(text => new URL(text).username === '', 'expected an address without user and password')
  .transform(text => text.replace(/(?<!\/)\/+$/, ''));

const token = z
  .string()
  .min(1)
  .max(8_192)
  .transform(text => new Secret(text));

/** Where training runs, versions and their figures are told, besides being kept here. null: nowhere. */
export const trackingSchema = z
  .strictObject({
    /** An MLflow tracking server, 2.9 or newer. @default null */
    mlflow: z
      .strictObject({
        /** Its address, without user and password. */
        url: address,
        /** What stands behind `Bearer` in each request. */
        token: token.optional(),
        /** What names of experiments and registered models begin with, before the name of the task. @default '' */
        prefix: z
          .string()
          .max(100)
          .regex(
            /^[\w .-]*$/,
            'expected letters, digits, spaces and any of _ . -: MLflow takes no model whose name has / or :',
          )
          .default(''),
        /** Whether the files of versions, and reports of drift, are sent too. @default true */
        artifacts: z.boolean().default(true),
        /**
         * Whether the alias `champion` there, when somebody moves it, decides what devices serve here. Without it, aliases go there only.
         * @default false
         */
        followAliases: z.boolean().default(false),
        /** How often aliases there are looked at. @default '1 min' */
        every: duration.refine(span => span >= 1_000, 'expected a second at least').default(60_000),
        /** What waits for the server at most, a line each; then the oldest figures give way. @default 100_000 */
        queue: z.int().min(100).max(1_000_000).default(100_000),
      })
      .nullable()
      .default(null),
    /** A server that takes OpenLineage events over HTTP, such as Marquez or DataHub. @default null */
    openLineage: z
      .strictObject({
        /** Its address, without user and password, and without the `/api/v1/lineage` where events are posted. */
        url: address.refine(isBase, 'expected an address without query, fragment and /api/v1/lineage'),
        /** What stands behind `Bearer` in each request. */
        token: token.optional(),
        /** Of all jobs and datasets; coordinators that tell the same server need different ones. @default 'murmuration' */
        namespace: z
          .string()
          .max(200)
          .regex(/^[\w.:/@+=-]+$/, 'expected letters, digits and any of _ . : / @ + = -')
          .default('murmuration'),
        /** Events that wait for the server at most; then the oldest of rounds and precompute runs give way. @default 100_000 */
        queue: z.int().min(100).max(1_000_000).default(100_000),
      })
      .nullable()
      .default(null),
  })
  .prefault({});

export type MlflowSettings = NonNullable<z.output<typeof trackingSchema>['mlflow']>;

function isBase(text: string): boolean {
  return !/[?#]/.test(text) && !text.endsWith('/api/v1/lineage');
}
