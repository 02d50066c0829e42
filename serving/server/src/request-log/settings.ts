import { isHttpAddress } from '@murmuration/protocol/sending/exchange';
import * as z from 'zod';
import { clusterFields, connectionOf, hidesPassword, showsPassword } from '../kafka/cluster.ts';
import { chainKinds } from './files/chain.ts';
import { isSecret } from './redaction.ts';

const count = (most: number) => z.int().min(1).max(most);
const day = 86_400_000;
const name = z.string().min(1).max(128);
const field = name.refine(text => !isSecret(text), 'expected a name that is not one of a secret');

const share = z.number().min(0).max(1);

const rules = z
  .array(
    z.strictObject({
      /** Model; `*`: all. @default '*' */
      model: name.default('*'),
      /** Inputs and outputs by name; `*`: in `allow` all with numbers, in `redact` all. @default [] */
      tensors: z.array(name).max(1_000).default([]),
      /**
       * Parameters of requests by name; `*`: all. Those that may hold a secret are never logged.
       * @default []
       */
      parameters: z.array(field).max(1_000).default([]),
      /**
       * Headers by name; `*`: in `allow` those about the form of a request, such as `content-type` and
       * `user-agent`, in `redact` all. Those that may hold a secret are never logged.
       * @default []
       */
      headers: z
        .array(field.transform(text => text.toLowerCase()))
        .max(1_000)
        .default([]),
    }),
  )
  .max(1_000)
  .default([]);

/** Settings of the request log; null: none. */
export const requestLogSchema = z
  .strictObject({
    /**
     * Share of requests that is logged, from 0 to 1, chosen by a hash of the id; or shares by model name, `*`
     * for all others.
     * @default 1
     */
    rate: z.union([share, z.record(name, share)]).default(1),
    /**
     * Rules that allow logging in addition to sizes, shapes, times and statuses; without a rule, no values,
     * parameters, headers or outcomes of feedback.
     * @default []
     */
    allow: rules,
    /** Rules that forbid logging some of that. @default [] */
    redact: rules,
    /**
     * Field that identifies the person a request is about. The log has only its pseudonym, made with the
     * log's key, by which `murmuration request-log forget` finds it.
     * @default null
     */
    person: z
      .strictObject({
        /** Place of the field. */
        in: z.enum(['header', 'parameter']),
        /** Name of the field. */
        name: field,
      })
      .transform(({ in: place, name }) => ({
        in: place,
        name: place === 'header' ? name.toLowerCase() : name,
      }))
      .nullable()
      .default(null),
    /**
     * File of the log's key, made if it is missing; by default beside the folder of `files`, with its name
     * and `.key`.
     * @default null
     */
    key: z.string().min(1).nullable().default(null),
    /** Milliseconds after which lines and rows are deleted; null: never. @default 30 * 86_400_000 */
    keepFor: z
      .int()
      .min(60_000)
      .max(100 * 366 * day)
      .nullable()
      .default(30 * day),
    /** Files of JSON Lines. @default null */
    files: z
      .strictObject({
        /** Folder for the files, which must hold nothing else. */
        folder: z.string().min(1),
        /**
         * Hash chain of the lines. `open`: SHA-256, which anyone can check; `keyed`: HMAC with the key of the
         * log.
         * @default 'off'
         */
        chain: z.enum(chainKinds).default('off'),
        /**
         * File elsewhere that always names the last line, so that a truncated log is noticed.
         * @default null
         */
        anchor: z.string().min(1).nullable().default(null),
        /**
         * Total bytes of files beyond which the oldest are deleted; null: any number.
         * @default 10 * 2 ** 30
         */
        keepBytes: count(2 ** 50)
          .nullable()
          .default(10 * 2 ** 30),
      })
      .nullable()
      .default(null),
    /** Table `request_log` of SQLite or PostgreSQL, created if it is missing. @default null */
    database: z
      .strictObject({
        /** Path of a SQLite file, or `postgres://USER:PASSWORD@HOST:PORT/NAME`. */
        address: z.string().min(1).max(2_000),
      })
      .nullable()
      .default(null),
    /** Kafka topic. @default null */
    kafka: z
      .strictObject({
        ...clusterFields,
        /** Topic, which must exist. */
        topic: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,249}$/, 'expected letters, digits, dots, hyphens or underscores'),
      })
      .refine(hidesPassword, showsPassword)
      .transform(connectionOf)
      .nullable()
      .default(null),
    /** Receiver of CloudEvents over HTTP, one event per request, as of KServe's logger. @default null */
    http: z
      .strictObject({
        /** HTTP or HTTPS URL without user, password and fragment. */
        url: z
          .string()
          .refine(isHttpAddress, 'expected an http or https address without user, password and fragment'),
        /** Token for `Authorization: Bearer`. @default null */
        token: z
          .string()
          .min(1)
          .max(4_096)
          .regex(/^[!-~]+$/, 'expected ASCII without spaces')
          .nullable()
          .default(null),
      })
      .nullable()
      .default(null),
  })
  .refine(
    ({ files, database, kafka, http }) => [files, database, kafka, http].some(sink => sink !== null),
    'expected files, database, kafka or http, to which requests are logged',
  )
  .refine(({ key, files, person }) => person === null || key !== null || files !== null, {
    path: ['key'],
    error: 'expected a file: who is meant can not be hidden without a key',
  })
  .nullable()
  .default(null);

export type RequestLogSettings = NonNullable<z.output<typeof requestLogSchema>>;
