import * as z from 'zod';
import { chainKinds } from './files/chain.ts';
import { isSecret } from './redaction.ts';

const count = (most: number) => z.int().min(1).max(most);
const day = 86_400_000;
const name = z.string().min(1).max(128);
const field = name.refine(text => !isSecret(text), 'expected a name that is not one of a secret');

const kept = z
  .int()
  .min(60_000)
  .max(100 * 366 * day)
  .nullable()
  .default(30 * day);

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

/** Settings of the request log; null: none. Times are in ms, sizes in bytes. */
export const requestLogSchema = z
  .strictObject({
    /** Events to write: of requests, of responses, or of both. @default 'all' */
    mode: z.enum(['all', 'request', 'response']).default('all'),
    /** Share of requests that is logged, from 0 to 1, chosen by a hash of the id. @default 1 */
    rate: z.number().min(0).max(1).default(1),
    /** Share by model name, in place of `rate`. @default {} */
    rates: z.record(name, z.number().min(0).max(1)).default({}),
    /**
     * Rules that allow logging in addition to sizes, shapes, times and statuses; without a rule, no values,
     * parameters, headers or outcomes of feedback.
     * @default []
     */
    allow: rules,
    /** Rules that forbid logging some of that. @default [] */
    redact: rules,
    /** Maximum bytes of values in one event; longer ones are left out. @default 65_536 */
    payload: count(1 << 20).default(65_536),
    /**
     * Field that identifies the person a request is about. The log has only its pseudonym, made with the
     * log's key, by which `murmuration log forget` finds it.
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
    /** `source` of the events. @default '/murmuration/inference' */
    source: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[!-~]+$/, 'expected ASCII without spaces')
      .default('/murmuration/inference'),
    /** `namespace` of the events, as in KServe. @default 'default' */
    namespace: z
      .string()
      .regex(/^[\w.-]{1,128}$/, 'expected 1 to 128 letters, digits and any of _ . -')
      .default('default'),
    /** Maximum events that wait for a sink; more are dropped. @default 10_000 */
    entries: count(1_000_000).default(10_000),
    /** Maximum bytes of these events. @default 32 * 2 ** 20 */
    bytes: count(2 ** 32).default(32 << 20),
    /** Maximum events that are written together. @default 500 */
    batch: count(10_000).default(500),
    /** Milliseconds that an event waits for others. @default 200 */
    delay: z.int().min(0).max(60_000).default(200),
    /** Files of JSON Lines. @default null */
    files: z
      .strictObject({
        /** Folder for the files, which must hold nothing else. */
        folder: z.string().min(1),
        /** Bytes after which a new file begins. @default 64 * 2 ** 20 */
        size: count(2 ** 40).default(64 << 20),
        /** Milliseconds after which a new file begins. @default 86_400_000 */
        age: z
          .int()
          .min(1_000)
          .max(366 * day)
          .default(day),
        /** True to compress closed files by gzip. @default true */
        gzip: z.boolean().default(true),
        /**
         * `batch`: events count as written once they are on disk; `never`: the operating system decides when
         * to sync.
         * @default 'batch'
         */
        sync: z.enum(['batch', 'never']).default('batch'),
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
        /** Milliseconds after which lines may be deleted; null: never. @default 30 * 86_400_000 */
        keepFor: kept,
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
    /** Table of SQLite or PostgreSQL. @default null */
    database: z
      .strictObject({
        /** Path of a SQLite file, or `postgres://USER:PASSWORD@HOST:PORT/NAME`. */
        address: z.string().min(1).max(2_000),
        /** Table, created if it is missing. @default 'request_log' */
        table: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,39}$/, 'expected small letters, digits and underscores, 40 at most')
          .default('request_log'),
        /** Milliseconds after which rows are deleted; null: never. @default 30 * 86_400_000 */
        keepFor: kept,
      })
      .nullable()
      .default(null),
    /** Kafka topic. @default null */
    kafka: z
      .strictObject({
        /** Addresses of the cluster's brokers: `host:port`. */
        brokers: z
          .array(z.string().regex(/^\S+:\d{1,5}$/, 'expected host:port'))
          .min(1)
          .max(100),
        /** Topic, which must exist. */
        topic: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,249}$/, 'expected letters, digits, dots, hyphens or underscores'),
        /** True for TLS. @default false */
        tls: z.boolean().default(false),
        /** Login by SASL; null: none. @default null */
        sasl: z
          .strictObject({
            /** SASL mechanism; `plain` only with TLS. */
            mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
            /** User name. */
            username: z.string().min(1).max(1_000),
            /** Password of the user. */
            password: z.string().min(1).max(1_000),
          })
          .nullable()
          .default(null),
      })
      .refine(({ sasl, tls }) => sasl?.mechanism !== 'plain' || tls, {
        path: ['tls'],
        error: 'expected true: without TLS, anybody on the way reads a plain password',
      })
      .nullable()
      .default(null),
    /** Receiver of CloudEvents over HTTP. @default null */
    http: z
      .strictObject({
        /** HTTP or HTTPS URL without user, password and fragment. */
        url: z
          .string()
          .refine(isAddress, 'expected an http or https address without user, password and fragment'),
        /** Token for `Authorization: Bearer`. @default null */
        token: z
          .string()
          .min(1)
          .max(4_096)
          .regex(/^[!-~]+$/, 'expected ASCII without spaces')
          .nullable()
          .default(null),
        /**
         * `binary`: one event per request, as KServe's logger does; `batch`: a JSON list of events.
         * @default 'binary'
         */
        format: z.enum(['binary', 'batch']).default('binary'),
        /** Maximum ms to wait for an answer. @default 10_000 */
        timeout: count(600_000).default(10_000),
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

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash, hostname } = new URL(text);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && username === '' && password === '' && hash === '' && hostname !== '';
}
