import { MurmurationError } from '@murmuration/protocol/errors';
import { errorOf } from '@murmuration/protocol/messages/frame';
import type { Command } from 'commander';
import * as z from 'zod';
import { adminPrefix } from '../http/routes/admin/scope.ts';

export interface RemoteOptions {
  readonly url: string;
}

/** The options by which a command finds a coordinator that is running. */
export function remoteOptions(command: Command): Command {
  return command
    .option(
      '-u, --url <url>',
      'address of the coordinator',
      process.env.MURMURATION_URL ?? 'http://127.0.0.1:8800',
    )
    .addHelpText('after', '\nThe operator token is taken from the environment variable MURMURATION_TOKEN.');
}

const problem = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() });

/** A coordinator that is running, as its admin API shows it to the owner of the token in MURMURATION_TOKEN. */
export class AdminClient {
  readonly #url: URL;
  readonly #token: string;

  /** Throws `operator.unauthenticated` where no token is given, `config.invalid` where the URL is none. */
  constructor({ url }: RemoteOptions, env: NodeJS.ProcessEnv = process.env) {
    if (!URL.canParse(url)) throw new MurmurationError('config.invalid', `"${url}" is not a URL.`);
    const token = env.MURMURATION_TOKEN;
    if (!token)
      throw new MurmurationError(
        'operator.unauthenticated',
        'No operator token is given; put it into the environment variable MURMURATION_TOKEN. The first one is made on the machine of the coordinator: murmuration tokens create --role admin --name NAME --storage FOLDER.',
      );
    this.#url = new URL(url);
    this.#token = token;
  }

  /** What a route answers. Throws what its problem document names, or `server.unreachable`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('GET', path, undefined, schema);
  }

  /** As `get`. */
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('POST', path, body, schema);
  }

  async #ask<Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const url = new URL(adminPrefix + path, this.#url);
    let status: number;
    let answer: unknown;
    try {
      const response = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        // A token is for this coordinator, and for no other that it may point to.
        redirect: 'error',
        ...(body && { body: JSON.stringify(body) }),
      });
      status = response.status;
      answer = await response.json();
    } catch (cause) {
      throw new MurmurationError('server.unreachable', `${url.origin} does not answer: ${reasonOf(cause)}.`, {
        cause,
      });
    }
    if (status >= 200 && status < 300) return schema.parse(answer);
    const refusal = problem.safeParse(answer);
    if (refusal.success) throw errorOf(refusal.data);
    throw new MurmurationError(
      'server.unreachable',
      `${url.origin} is no coordinator: it answered HTTP ${status}.`,
    );
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || message : message;
}
