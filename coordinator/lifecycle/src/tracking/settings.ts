import { Redacted } from '@murmuration/rounds/tokens/secret';
import * as z from 'zod';

/** Address of a server, without a trailing slash. */
const address = z
  .url({ protocol: /^https?$/, abort: true })
  .refine(text => new URL(text).username === '', 'expected an address without user and password')
  .transform(text => text.replace(/(?<!\/)\/+$/, ''));

const token = z
  .string()
  .min(1)
  .max(8_192)
  .transform(text => new Redacted(text));

/**
 * Servers that receive training runs, versions and their figures, in addition to the coordinator's storage;
 * null for none.
 */
export const trackingSchema = z
  .strictObject({
    /** MLflow tracking server, 2.9 or newer. @default null */
    mlflow: z
      .strictObject({
        /** Address of the server, without user and password. */
        url: address,
        /** Token in each request, after `Bearer`. */
        token: token.optional(),
        /**
         * Prefix of the names of experiments and registered models, before the name of the task.
         * @default ''
         */
        prefix: z
          .string()
          .max(100)
          .regex(
            /^[\w .-]*$/,
            'expected letters, digits, spaces and any of _ . -: MLflow takes no model whose name has / or :',
          )
          .default(''),
        /**
         * Lets the remote alias `champion`, once it is moved there, decide what devices serve here. If
         * false, aliases are only sent.
         * @default false
         */
        followAliases: z.boolean().default(false),
      })
      .nullable()
      .default(null),
    /** Server that takes OpenLineage events over HTTP, such as Marquez or DataHub. @default null */
    openLineage: z
      .strictObject({
        /**
         * Address of the server, without user and password, and without `/api/v1/lineage`, where events are
         * posted.
         */
        url: address.refine(isBase, 'expected an address without query, fragment and /api/v1/lineage'),
        /** Token in each request, after `Bearer`. */
        token: token.optional(),
        /**
         * Namespace of all jobs and datasets; coordinators with the same server need different ones.
         * @default 'murmuration'
         */
        namespace: z
          .string()
          .max(200)
          .regex(/^[\w.:/@+=-]+$/, 'expected letters, digits and any of _ . : / @ + = -')
          .default('murmuration'),
      })
      .nullable()
      .default(null),
  })
  .prefault({});

export type MlflowSettings = NonNullable<z.output<typeof trackingSchema>['mlflow']>;

function isBase(text: string): boolean {
  return !/[?#]/.test(text) && !text.endsWith('/api/v1/lineage');
}
