import { readFile } from 'node:fs/promises';
import { describeIssues } from '@murmuration/coordinator/configuration/config-error';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import * as z from 'zod';

const schema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8_900),
  inference: inferenceSchema,
});

/** How `murmuration inference` serves. */
export type InferenceConfig = z.output<typeof schema>;

interface Given {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
}

/** Reads the configuration file, if one is named, and puts the options over it. Throws `config.invalid`. */
export async function loadInferenceConfig({ config, host, port }: Given): Promise<InferenceConfig> {
  const input = {
    ...(config === undefined ? {} : await readJson(config)),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
  };
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    describeIssues('The configuration', parsed.error, input, ['inference.tokens']),
  );
}

async function readJson(file: string): Promise<object> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The configuration file ${file} can't be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
  throw new MurmurationError('config.invalid', `The configuration file ${file} holds no JSON object.`);
}
