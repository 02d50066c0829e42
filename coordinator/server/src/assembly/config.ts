import { readFile } from 'node:fs/promises';
import { roles } from '@murmuration/api/role';
import { trackingSchema } from '@murmuration/lifecycle/tracking/settings';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { duration } from '@murmuration/protocol/time/duration';
import { describeIssues } from '@murmuration/rounds/configuration/config-error';
import { trustProxies } from '@murmuration/rounds/limits/address';
import { limitsSchema } from '@murmuration/rounds/limits/limits';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import { s3Schema } from '@murmuration/storage/objects/s3-settings';
import * as z from 'zod';
import { readers } from '../http/reading.ts';
import { alertsSchema } from '../telemetry/alerts/settings.ts';
import { logLevels } from '../telemetry/log.ts';
import { processRoles } from './process-role.ts';

/** Maximum length of a cell's URL in characters; tickets have no room for more. */
const longestCellUrl = 128;

/** Schema of a configuration file; `parseConfig` also checks that the fields fit together. */
export const configSchema = z.strictObject({
  /** Address to listen on. @default '127.0.0.1' */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes any free port. @default 8_800 */
  port: z.int().min(0).max(65_535).default(8_800),
  /**
   * Port on which the process answers `/health/live` and `/health/ready` by plain HTTP, and nothing else,
   * from its start on, also while it stands by. Without it, only the coordinator's own port answers them,
   * once it listens.
   */
  healthPort: z.int().min(1).max(65_535).optional(),
  /** Log level: `info` logs one line a round, alerts and faults; `debug` logs everything. @default 'info' */
  log: z.enum(logLevels).default('info'),
  /**
   * Clients that may read the tasks, their versions and model files: `anybody`, or those that show an
   * inference token with the right `read` (`tokens`), which apps give to their clients as `readToken`.
   * Operators always may.
   * @default 'anybody'
   */
  reading: z.enum(readers).default('anybody'),
  /** Origins whose pages may call the coordinator. @default [] */
  cors: z
    .array(z.string().refine(isOrigin, 'expected an origin such as "https://app.example.org"'))
    .default([]),
  /**
   * Addresses or ranges of the proxies in front of the coordinator whose `X-Forwarded-For` is trusted.
   * @default []
   */
  trustedProxies: z
    .array(z.string().refine(isRange, 'expected an address or a range such as "10.0.0.0/8"'))
    .default([]),
  /** Limits on what the coordinator accepts. @default {} */
  limits: limitsSchema,
  /** Pages to serve next to the routes, by path. @default {} */
  apps: z
    .record(
      z
        .string()
        .regex(/^\/(?:[\w-]+\/)+$/, 'expected a path such as "/keyboard/"')
        .refine(isFree, 'expected a path that no route of the coordinator begins with'),
      z.strictObject({
        /** Folder of files. */
        folder: z.string().min(1),
        /**
         * JSON documents served next to the files, by name: what the page needs to know about this
         * coordinator. They are public.
         * @default {}
         */
        documents: z
          .record(z.string().regex(/^[\w-]+\.json$/, 'expected a name such as "setup.json"'), z.unknown())
          .default({}),
      }),
    )
    .default({}),
  /**
   * Folder in which everything is stored, or the address of a PostgreSQL database, such as
   * `postgres://murmuration@db.example.org/murmuration`. Without it, everything is kept in memory and lost at
   * the end.
   */
  storage: z.string().min(1).optional(),
  /**
   * Maximum number of connections to a PostgreSQL database, in total. Without it: 10; 11 for a front, 12 for
   * a cell, 2 for a front as a function. At least 3; 4 for a cell, 1 for a front as a function.
   */
  databaseConnections: z.int().min(1).max(1_000).optional(),
  /**
   * Bucket that holds the model files next to a PostgreSQL database; without it, they are in the database.
   */
  s3: s3Schema.optional(),
  /**
   * Waits while another coordinator holds the database, and takes over when that one ends or its machine is
   * gone.
   * @default false
   */
  standby: z.boolean().default(false),
  /**
   * Role of this process. `all`: the whole coordinator. `front`: enrols devices, answers their check-ins with
   * a time to come back or a ticket to a cell, and serves models. `cell`: runs the rounds of tasks that no
   * other cell has. Fronts and cells share a database.
   * @default 'all'
   */
  role: z.enum(processRoles).default('all'),
  /**
   * URL at which devices reach this cell, such as `https://cell-1.learn.example.org`; without it, the address
   * on which it listens.
   */
  cellUrl: z
    .string()
    .max(longestCellUrl)
    .refine(isWebOrigin, 'expected an origin such as "https://cell-1.learn.example.org"')
    .optional(),
  /**
   * Folder of task modules that admins may add while the coordinator runs; without it, they can add none. No
   * other file is ever loaded.
   */
  tasksFolder: z.string().min(1).optional(),
  /** Data kept of each task; null keeps everything. @default {} */
  retention: z
    .strictObject({
      /**
       * Number of newest versions to keep, in addition to those that running rounds train from.
       * @default null
       */
      versions: z.int().min(1).nullable().default(null),
      /**
       * Time for which round records are kept after the round's end; the newest record is always kept.
       * @default null
       */
      roundsFor: duration.nullable().default(null),
    })
    .prefault({}),
  /**
   * PEM files of a certificate (followed by its chain) and its key; with them, the coordinator speaks only
   * TLS.
   */
  tls: z
    .strictObject({
      /** File of the certificate, followed by its chain. */
      certificate: z.string().min(1),
      /** File of the certificate's key. */
      key: z.string().min(1),
    })
    .optional(),
  /** Tokens with which any number of devices can enrol, in addition to those that operators create. */
  enrolmentTokens: z
    .array(z.string().min(16, 'expected a token of at least 16 characters').max(4_096))
    .min(1)
    .optional(),
  /**
   * URL at which operators reach the dashboard, such as `https://learn.example.org`; alerts link to it.
   * Without it, the address on which the coordinator listens.
   */
  publicUrl: z
    .string()
    .refine(isWebOrigin, 'expected an origin such as "https://learn.example.org"')
    .optional(),
  /** Alerts that operators get automatically. @default {} */
  alerts: alertsSchema,
  /** Settings of model serving. @default {} */
  inference: inferenceSchema,
  /**
   * Servers that training runs, versions and their figures are reported to, in addition to being stored here.
   * @default {}
   */
  tracking: trackingSchema,
  /**
   * Module whose default export is an `EnrolmentVerifier`, which decides about devices without a valid token.
   */
  enrolmentVerifier: z.string().min(1).optional(),
  /** True if any device may enrol; only on the loopback address. @default false */
  openEnrolment: z.boolean().default(false),
  /**
   * True if devices may use the floors of `development()`, which pages then say; only on the loopback
   * address.
   * @default false
   */
  development: z.boolean().default(false),
  /**
   * Operator tokens in addition to those in the storage; `murmuration tokens create --for-config` prints
   * them.
   * @default []
   */
  operatorTokens: z
    .array(
      z.strictObject({
        /** Token id, under which it is listed. */
        id: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'expected 16 letters, digits, hyphens and underscores'),
        /** Name of the token's owner. */
        name: z.string().min(1).max(100),
        /** Role that the token grants. */
        role: z.enum(roles),
        /** SHA-256 digest of the token. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
      }),
    )
    .default([]),
});

const checked = configSchema
  .refine(
    ({ enrolmentTokens, enrolmentVerifier, openEnrolment, storage }) =>
      enrolmentTokens || enrolmentVerifier || openEnrolment || storage,
    {
      path: ['enrolmentTokens'],
      error:
        'expected an array of tokens, or one of storage, enrolmentVerifier and openEnrolment, so that devices can enrol',
      // Reports this even if other fields are wrong.
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  )
  .refine(({ standby, storage }) => !standby || (storage !== undefined && isPostgresql(storage)), {
    path: ['standby'],
    error: 'expected false, or a database of PostgreSQL as storage: a folder belongs to one machine',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(
    ({ databaseConnections, storage }) =>
      databaseConnections === undefined || (storage !== undefined && isPostgresql(storage)),
    {
      path: ['databaseConnections'],
      error: 'expected nothing, or a database of PostgreSQL as storage',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  )
  .refine(({ s3, storage }) => !s3 || (storage !== undefined && isPostgresql(storage)), {
    path: ['s3'],
    error: 'expected nothing, or a database of PostgreSQL as storage: a folder has its own files',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ role, storage }) => role === 'all' || (storage !== undefined && isPostgresql(storage)), {
    path: ['role'],
    error: 'expected "all", or a database of PostgreSQL as storage, which fronts and cells share',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ role, cellUrl }) => role === 'cell' || cellUrl === undefined, {
    path: ['cellUrl'],
    error: 'expected nothing, or "cell" as role',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ role, tasksFolder }) => role === 'all' || tasksFolder === undefined, {
    path: ['tasksFolder'],
    error: 'expected nothing, or "all" as role: all cells run the tasks that they are started with',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ role, tracking }) => role === 'all' || (!tracking.mlflow && !tracking.openLineage), {
    path: ['tracking'],
    error: 'expected nothing, or "all" as role: several processes would tell of the same rounds',
    when: ({ value }) => typeof value === 'object' && value !== null && 'tracking' in value,
  })
  .refine(({ healthPort, port }) => healthPort === undefined || healthPort !== port, {
    path: ['healthPort'],
    error: 'expected another port than that of the coordinator',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .transform(config => ({ ...config, enrolmentTokens: config.enrolmentTokens ?? [] }));

/** Complete, validated configuration of a coordinator. */
export type Config = z.output<typeof checked>;

/** Environment variables, which take precedence over the file. */
export const variables = {
  MURMURATION_HOST: { field: 'host', read: text => text },
  MURMURATION_PORT: { field: 'port', read: number },
  MURMURATION_HEALTH_PORT: { field: 'healthPort', read: number },
  MURMURATION_LOG: { field: 'log', read: text => text },
  MURMURATION_CORS: { field: 'cors', read: list },
  MURMURATION_STORAGE: { field: 'storage', read: text => text },
  MURMURATION_DATABASE_CONNECTIONS: { field: 'databaseConnections', read: number },
  MURMURATION_ROLE: { field: 'role', read: text => text },
  MURMURATION_CELL_URL: { field: 'cellUrl', read: text => text },
  MURMURATION_STANDBY: { field: 'standby', read: flag },
  MURMURATION_ENROLMENT_TOKENS: { field: 'enrolmentTokens', read: list },
} as const satisfies Record<string, { field: keyof Config; read: (text: string) => unknown }>;

/** Fields whose values must not appear in messages. */
const secrets: readonly string[] = [
  'storage',
  's3.accessKeyId',
  's3.secretAccessKey',
  's3.sessionToken',
  'enrolmentTokens',
  'operatorTokens',
  'apps',
  'alerts.webhooks',
  'tracking.mlflow.token',
  'tracking.openLineage.token',
  'inference.tokens',
  'inference.log.http',
  'inference.log.database',
  'inference.log.kafka',
];

// This overload gives editors the fields' documentation while one writes.
/** Validates a configuration. Throws `config.invalid`, naming each invalid field and what it may be. */
export function parseConfig(input: z.input<typeof configSchema>): Config;
/** Validates a value of unknown type, such as parsed JSON. */
export function parseConfig(input: unknown): Config;
export function parseConfig(input: unknown): Config {
  const parsed = checked.safeParse(input, { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError(
      'config.invalid',
      describeIssues('The configuration', parsed.error, input, secrets),
    );
  return parsed.data;
}

/**
 * Reads a JSON file, if one is named, applies the environment over it, and validates the result. Throws
 * `config.invalid`.
 */
export async function loadConfig(file: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
  const input: Record<string, unknown> = file === undefined ? {} : await readJson(file);
  for (const [name, { field, read }] of Object.entries(variables)) {
    const text = env[name];
    if (text !== undefined && text !== '') input[field] = read(text);
  }
  if (typeof input['s3'] === 'object' && input['s3'] !== null)
    input['s3'] = { ...credentials(env), ...input['s3'] };
  // An empty configuration has no wrong field to name.
  if (file === undefined && Object.keys(input).length === 0)
    throw new MurmurationError(
      'config.invalid',
      'There is no configuration: name a file (--config FILE), for example one with { "openEnrolment": true }, or set variables MURMURATION_….',
    );
  return parseConfig(input);
}

/** Returns the S3 credentials from their usual environment variables. */
function credentials(env: NodeJS.ProcessEnv): Record<string, string> {
  const found = {
    accessKeyId: env['AWS_ACCESS_KEY_ID'],
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'],
    sessionToken: env['AWS_SESSION_TOKEN'],
  };
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
  );
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError
        ? `is not valid JSON: ${cause.message}`
        : `can't be read: ${(cause as Error).message}`;
    throw new MurmurationError('config.invalid', `The configuration file ${file} ${reason}.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MurmurationError('config.invalid', `The configuration file ${file} holds no JSON object.`);
  return { ...value };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isWebOrigin(text: string): boolean {
  return isOrigin(text) && /^https?:/.test(text);
}

function isFree(path: string): boolean {
  return !['/v1/', '/v2/', '/health/'].some(taken => path.startsWith(taken));
}

function isRange(text: string): boolean {
  try {
    trustProxies([text]);
    return true;
  } catch {
    return false;
  }
}

function number(text: string): unknown {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function flag(text: string): unknown {
  return text === 'true' || (text === 'false' ? false : text);
}

function list(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}
