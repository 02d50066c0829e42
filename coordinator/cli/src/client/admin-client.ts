import { adminPrefix } from '@murmuration/coordinator/http/routes/admin/scope';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type * as z from 'zod';
import { requestJson, urlOf } from './request.ts';

/** Client of a running coordinator's admin API, with the token in MURMURATION_TOKEN. */
export class AdminClient {
  readonly #url: URL;
  readonly #token: string;

  /** Throws `operator.unauthenticated` without a token, and `config.invalid` for an invalid URL. */
  constructor({ url }: { readonly url: string }, env: NodeJS.ProcessEnv = process.env) {
    this.#url = urlOf(url);
    const token = env.MURMURATION_TOKEN;
    if (!token)
      throw new MurmurationError(
        'operator.unauthenticated',
        'There is no operator token. Set the environment variable MURMURATION_TOKEN. To create the first token, run on the machine of the coordinator: murmuration tokens create --role admin --name NAME --storage FOLDER',
      );
    this.#token = token;
  }

  /** Returns the answer of a route. Throws the error of its problem document, or `server.unreachable`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('GET', path, undefined, schema);
  }

  /** Posts a body; otherwise like `get`. */
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>> {
    return this.#ask('POST', path, body, schema);
  }

  /** Puts a body; otherwise like `get`. */
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
