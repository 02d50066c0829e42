import { parseJson } from '@murmuration/protocol/encoding/json';
import { isErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Exchanged, exchange, jsonIn } from '@murmuration/protocol/sending/exchange';
import type { Clock } from '@murmuration/protocol/time/clock';
import type * as z from 'zod';

/** Maximum ms to wait for an answer. */
const originTimeoutMs = 60_000;
/** Maximum bytes of an error answer. */
const longestRefusal = 65_536;

/**
 * Client of a remote coordinator over HTTP: answers are bounded in length and in time, and redirects are
 * refused.
 */
export class Origin {
  readonly url: string;
  readonly #clock: Clock;
  readonly #token: string | undefined;
  readonly #closing = new AbortController();

  /**
   * Makes a client; `token` is an inference token with the right `read`. Throws `config.invalid` if `text` is
   * not an HTTP URL.
   */
  constructor(text: string, clock: Clock, token?: string) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol))
      throw new MurmurationError('config.invalid', `"${text}" is not a URL of a coordinator.`);
    this.url = url.origin;
    this.#clock = clock;
    this.#token = token;
  }

  /** Returns the body at a path. Throws the error in a problem document, or `server.unreachable`. */
  async bytes(path: string, most: number): Promise<Uint8Array> {
    return whole(await this.#ask(path, most), path, most);
  }

  /** Returns the JSON at a path. Throws as `bytes`, also for JSON that does not fit the schema. */
  async json<Schema extends z.ZodType>(
    path: string,
    most: number,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(parseJson(await this.bytes(path, most)));
    if (parsed.success) return parsed.data;
    throw new MurmurationError(
      'server.unreachable',
      `${this.url}${path} answered what this version does not understand.`,
    );
  }

  /**
   * Returns the JSON at a path if it has changed since the answer with this tag; else null. Throws as
   * `bytes`.
   */
  async changed(
    path: string,
    most: number,
    etag: string | undefined,
  ): Promise<{ readonly value: unknown; readonly etag: string | undefined } | null> {
    const answer = await this.#ask(path, most, etag === undefined ? {} : { 'if-none-match': etag });
    if (answer.status === 304) return null;
    const value = parseJson(whole(answer, path, most));
    return { value, etag: answer.headers.get('etag') ?? undefined };
  }

  close(): void {
    this.#closing.abort(new MurmurationError('server.stopping'));
  }

  async #ask(path: string, most: number, given: Record<string, string> = {}): Promise<Exchanged> {
    const headers = this.#token === undefined ? given : { ...given, authorization: `Bearer ${this.#token}` };
    const answer = await exchange(
      this.url + path,
      { headers },
      {
        server: this.url,
        clock: this.#clock,
        stop: this.#closing.signal,
        limit: originTimeoutMs,
        most: Math.max(most, longestRefusal),
      },
    );
    if (answer.ok || answer.status === 304) return answer;
    throw refusalOf(answer, this.url);
  }
}

function whole({ body }: Exchanged, path: string, most: number): Uint8Array {
  if (!body || body.length > most)
    throw new MurmurationError('model.corrupt', `${path} has more than ${most} bytes.`);
  return body;
}

function refusalOf(answer: Exchanged, url: string): MurmurationError {
  const { code, detail } = jsonIn(answer) as { readonly code?: unknown; readonly detail?: unknown };
  if (isErrorCode(code)) return new MurmurationError(code, String(detail));
  return new MurmurationError(
    'server.unreachable',
    `${url} is no coordinator: it answered HTTP ${answer.status}.`,
  );
}
