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
      /** The model that is meant; `*`: all. @default '*' */
      model: name.default('*'),
      /** Inputs and outputs by name; `*`: all that hold numbers. @default [] */
      tensors: z.array(name).max(1_000).default([]),
      /** Parameters of requests by name; `*`: all. @default [] */
      parameters: z.array(field).max(1_000).default([]),
      /** Headers by name; `*`: all but those that may hold a secret. @default [] */
      headers: z
        .array(field.transform(text => text.toLowerCase()))
        .max(1_000)
        .default([]),
    }),
  )
  .max(1_000)
  .default([]);

/** What is written down of requests; null: nothing. Times are in ms, sizes in bytes. */
export const requestLogSchema = z
  .strictObject({
    /** Events to write: of requests, of responses, or of both. @default 'all' */
    mode: z.enum(['all', 'request', 'response']).default('all'),
    /** The share of requests that is logged, from 0 to 1, chosen by their id. @default 1 */
    rate: z.number().min(0).max(1).default(1),
    /** The same by the names of models. @default {} */
    rates: z.record(name, z.number().min(0).max(1)).default({}),
    /** What may be logged besides sizes, shapes, times and outcomes; without a rule, no values, parameters nor headers. @default [] */
    allow: rules,
    /** What of that is not logged. @default [] */
    redact: rules,
    /** Bytes of values that one event holds; longer ones are left out. @default 65_536 */
    payload: count(1 << 20).default(65_536),
    /**
     * What says whom a request is about. The log has it only as a code made with its key, by which `murmuration log forget` finds it.
     * @default null
     */
    person: z
      .strictObject({
        /** Where it is sent. */
        in: z.enum(['header', 'parameter']),
        /** By which name. */
        name: field,
      })
      .transform(({ in: place, name }) => ({
        in: place,
        name: place === 'header' ? name.toLowerCase() : name,
      }))
      .nullable()
      .default(null),
    /** File of the log's key, made where there is none; by default beside the folder of `files`, its name with `.key`. @default null */
    key: z.string().min(1).nullable().default(null),
    /** `source` of the events. @default '/murmuration/inference' */
    source: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[!-~]+$/, 'expected ASCII without spaces')
      .default('/murmuration/inference'),
    /** `namespace` of the events, as KServe has it. @default 'default' */
    namespace: z
      .string()
      .regex(/^[\w.-]{1,128}$/, 'expected 1 to 128 letters, digits and any of _ . -')
      .default('default'),
    /** Events that wait for a sink at most; further ones are dropped. @default 10_000 */
    entries: count(1_000_000).default(10_000),
    /** Bytes of them. @default 32 * 2 ** 20 */
    bytes: count(2 ** 32).default(32 << 20),
    /** Events that are written together at most. @default 500 */
    batch: count(10_000).default(500),
    /** ms that an event waits for others. @default 200 */
    delay: z.int().min(0).max(60_000).default(200),
    /** Files of JSON Lines. @default null */
    files: z
      .strictObject({
        /** Folder that holds nothing else. */
        folder: z.string().min(1),
        /** Bytes after which a new file begins. @default 64 * 2 ** 20 */
        size: count(2 ** 40).default(64 << 20),
        /** ms after which a new file begins. @default 86_400_000 */
        age: z
          .int()
          .min(1_000)
          .max(366 * day)
          .default(day),
        /** Whether closed files are packed. @default true */
        gzip: z.boolean().default(true),
        /** `batch`: what was written is on the disk before it counts as written; `never`: when the system sees fit. @default 'batch' */
        sync: z.enum(['batch', 'never']).default('batch'),
        /** How lines hold each other: `open`: by SHA-256, which anybody checks; `keyed`: by HMAC under the key of the log. @default 'off' */
        chain: z.enum(chainKinds).default('off'),
        /** A file elsewhere that always names the last line, so that a log that was cut off is found. @default null */
        anchor: z.string().min(1).nullable().default(null),
        /** ms after which lines may be deleted; null: never. @default 30 * 86_400_000 */
        keepFor: kept,
        /** Bytes of all files beyond which the oldest are deleted; null: any number. @default 10 * 2 ** 30 */
        keepBytes: count(2 ** 50)
          .nullable()
          .default(10 * 2 ** 30),
      })
      .nullable()
      .default(null),
    /** A table of SQLite or PostgreSQL. @default null */
    database: z
      .strictObject({
        /** The path of a file of SQLite, or `postgres://USER:PASSWORD@HOST:PORT/NAME`. */
        address: z.string().min(1).max(2_000),
        /** The table, made where there is none. @default 'request_log' */
        table: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,39}$/, 'expected small letters, digits and underscores, 40 at most')
          .default('request_log'),
        /** ms after which rows are deleted; null: never. @default 30 * 86_400_000 */
        keepFor: kept,
      })
      .nullable()
      .default(null),
    /** A topic of Kafka. @default null */
    kafka: z
      .strictObject({
        /** Where to find the cluster: `host:port`. */
        brokers: z
          .array(z.string().regex(/^\S+:\d{1,5}$/, 'expected host:port'))
          .min(1)
          .max(100),
        /** The topic, which has to be there. */
        topic: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,249}$/, 'expected letters, digits, dots, hyphens or underscores'),
        /** Whether to speak TLS. @default false */
        tls: z.boolean().default(false),
        /** How to log in; null: not at all. @default null */
        sasl: z
          .strictObject({
            /** How the password is shown; `plain` only with TLS. */
            mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
            /** As whom. */
            username: z.string().min(1).max(1_000),
            /** Its password. */
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
    /** Somebody who takes CloudEvents over HTTP. @default null */
    http: z
      .strictObject({
        /** An http or https address without user, password and fragment. */
        url: z
          .string()
          .refine(isAddress, 'expected an http or https address without user, password and fragment'),
        /** Sent as `Authorization: Bearer`. @default null */
        token: z
          .string()
          .min(1)
          .max(4_096)
          .regex(/^[!-~]+$/, 'expected ASCII without spaces')
          .nullable()
          .default(null),
        /** `binary`: an event a request, as KServe's logger has it; `batch`: a JSON list of events. @default 'binary' */
        format: z.enum(['binary', 'batch']).default('binary'),
        /** ms that an answer may take. @default 10_000 */
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
