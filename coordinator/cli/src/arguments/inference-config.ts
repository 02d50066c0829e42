import { readFile } from 'node:fs/promises';
import { isObject } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeIssues } from '@murmuration/rounds/configuration/config-error';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { kafkaSchema, rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import * as z from 'zod';

/** Schema of the configuration file of `murmuration inference`. */
export const inferenceConfigSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8_900),
  inference: inferenceSchema,
  rabbitmq: rabbitmqSchema.optional(),
  kafka: kafkaSchema.optional(),
});

/** Complete, validated configuration of `murmuration inference`. */
export type InferenceConfig = z.output<typeof inferenceConfigSchema>;

interface Given {
  /** Source of the models: a URL, or a folder. */
  readonly from?: string;
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly grpc?: string;
  /** Folder to log requests to. */
  readonly log?: string;
  /** Address of RabbitMQ, and the queue of requests. */
  readonly rabbitmq?: string;
  readonly queue?: string;
  /** Brokers of Kafka, separated by commas, and the topic of requests. */
  readonly kafka?: string;
  readonly topic?: string;
}

const secrets = [
  'inference.report.token',
  'inference.tokens',
  'inference.log.http',
  'inference.log.database',
  'inference.log.kafka',
  'rabbitmq.url',
  'kafka.sasl',
];

/**
 * Reads the configuration file, if one is named, and applies the variables and then the options over it.
 * Throws `config.invalid`.
 */
export async function loadInferenceConfig(
  { from, config, host, port, grpc, log, ...brokers }: Given,
  env: NodeJS.ProcessEnv,
): Promise<InferenceConfig> {
  const read = config === undefined ? {} : await readJson(config);
  const written = withReport(read, from, env.MURMURATION_MONITOR_TOKEN);
  const file = log === undefined ? written : withLog(written, log);
  const input = {
    ...file,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: portOf(port) }),
    ...(grpc !== undefined && { inference: withGrpc(file.inference, portOf(grpc)) }),
    ...rabbitmqOf(file.rabbitmq, brokers, env),
    ...kafkaOf(file.kafka, brokers, env),
  };
  const parsed = inferenceConfigSchema.safeParse(input, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    describeIssues('The configuration', parsed.error, input, secrets),
  );
}

/** Returns a port, or the invalid text for the schema to refuse. */
function portOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Sets the port of gRPC; the schema reports all other errors. */
function withGrpc(inference: unknown, port: number | string): unknown {
  if (inference !== undefined && !isObject(inference)) return inference;
  const grpc = inference?.grpc;
  return { ...inference, grpc: { ...(isObject(grpc) && grpc), port } };
}

/** Sets the folder of the log; a value that is no object is left for the schema to refuse. */
function withLog(written: Fields, folder: string): Fields {
  const { inference = {} } = written;
  if (!isObject(inference)) return written;
  const log = inference.log ?? {};
  const files = isObject(log) ? (log.files ?? {}) : undefined;
  if (!isObject(log) || !isObject(files)) return written;
  return { ...written, inference: { ...inference, log: { ...log, files: { ...files, folder } } } };
}

/**
 * Sets the token from the variable, and makes the coordinator that models come from the one that predictions
 * are reported to.
 */
function withReport(written: Fields, from: string | undefined, token: string | undefined): Fields {
  const { inference = {} } = written;
  if (!isObject(inference)) return written;
  const { report } = inference;
  if (!isObject(report) && (!token || report === null)) return written;
  const isRemote = from !== undefined && /^https?:/.test(from);
  const given = { ...(isRemote && { url: from }), ...(isObject(report) && report), ...(token && { token }) };
  return { ...written, inference: { ...inference, report: given } };
}

/** Returns the settings of RabbitMQ with the address from the variable, and the options applied. */
function rabbitmqOf(settings: unknown, { rabbitmq, queue }: Given, env: NodeJS.ProcessEnv): object {
  if (rabbitmq === undefined && queue === undefined && !isObject(settings)) return {};
  const url = rabbitmq ?? (env.MURMURATION_RABBITMQ_URL || undefined);
  return {
    rabbitmq: {
      ...(isObject(settings) && settings),
      ...(url !== undefined && { url }),
      ...(queue !== undefined && { queue }),
    },
  };
}

/** Returns the settings of Kafka with the password from the variable, and the options applied. */
function kafkaOf(settings: unknown, { kafka, topic }: Given, env: NodeJS.ProcessEnv): object {
  if (kafka === undefined && topic === undefined && !isObject(settings)) return {};
  const { sasl } = isObject(settings) ? settings : {};
  const password = env.MURMURATION_KAFKA_PASSWORD;
  return {
    kafka: {
      ...(isObject(settings) && settings),
      ...(password && isObject(sasl) && { sasl: { ...sasl, password } }),
      ...(kafka !== undefined && { brokers: kafka.split(',') }),
      ...(topic !== undefined && { topic }),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

async function readJson(file: string): Promise<Fields> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The configuration file ${file} can't be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
  throw new MurmurationError('config.invalid', `The configuration file ${file} holds no JSON object.`);
}
