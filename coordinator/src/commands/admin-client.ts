import { MurmurationError } from '@murmuration/protocol/errors';
import type { Command } from 'commander';
import type * as z from 'zod';
import { adminPrefix } from '../http/routes/admin/scope.ts';
import { requestJson, urlOf } from './request.ts';

export interface RemoteOptions {
  readonly url: string;
  readonly json?: boolean;
}

/** The options of a command that asks a running coordinator. */
export function remoteOptions(command: Command): Command {
  return command
    .option(
      '-u, --url <url>',
      'address of the coordinator; MURMURATION_URL without it',
      process.env.MURMURATION_URL || 'http://127.0.0.1:8800',
    )
    .option('--json', 'print JSON, for programs');
}

/** The same of a command whose answer operators alone may have, where there are any. */
export function viewerOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    '\nWhere the coordinator has operators, a token of one is taken from the environment variable MURMURATION_TOKEN.',
  );
}

/** The same of a command that an operator token is needed for. */
export function operatorOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    '\nThe operator token is taken from the environment variable MURMURATION_TOKEN.',
  );
}

/** A coordinator that is running, as its admin API shows it to the owner of the token in MURMURATION_TOKEN. */
export class AdminClient {
  readonly #url: URL;
  readonly #token: string;

  /** Throws `operator.unauthenticated` where no token is given, `config.invalid` where the URL is none. */
  constructor({ url }: Pick<RemoteOptions, 'url'>, env: NodeJS.ProcessEnv = process.env) {
    this.#url = urlOf(url);
    const token = env.MURMURATION_TOKEN;
    if (!token)
      throw new MurmurationError(
        'operator.unauthenticated',
        'No operator token is given; put it into the environment variable MURMURATION_TOKEN. The first one is made on the machine of the coordinator: murmuration tokens create --role admin --name NAME --storage FOLDER.',
      );
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

  /** As `get`. */
  put<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('PUT', path, body, schema);
  }

  #ask<Schema extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: object | undefined,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    return requestJson(this.#url, adminPrefix + path, init, schema);
  }
}
