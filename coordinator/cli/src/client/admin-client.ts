import { adminPrefix } from '@murmuration/coordinator/http/routes/admin/scope';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type * as z from 'zod';
import { requestJson, urlOf } from './request.ts';

/** A coordinator that is running, as its admin API shows it to the owner of the token in MURMURATION_TOKEN. */
export class AdminClient {
  readonly #url: URL;
  readonly #token: string;

  /** Throws `operator.unauthenticated` where no token is given, `config.invalid` where the URL is none. */
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
