import { type ErrorCode, isErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
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
    return this.#ask(path, {}, response => readAll(response, path, most));
  }

  /** Returns the JSON at a path. Throws as `bytes`, also for JSON that does not fit the schema. */
  async json<Schema extends z.ZodType>(
    path: string,
    most: number,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(parse(await this.bytes(path, most)));
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
    const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag };
    return this.#ask(path, headers, async response => {
      if (response.status === 304) return null;
      const value = parse(await readAll(response, path, most));
      return { value, etag: response.headers.get('etag') ?? undefined };
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async #ask<Result>(
    path: string,
    given: Record<string, string>,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    const headers = this.#token === undefined ? given : { ...given, authorization: `Bearer ${this.#token}` };
    const late = new AbortController();
    const stop = () => late.abort();
    const cancel = this.#clock.at(this.#clock.now() + originTimeoutMs, stop);
    this.#closing.signal.addEventListener('abort', stop);
    try {
      const response = await fetch(this.url + path, { headers, redirect: 'error', signal: late.signal });
      if (response.ok || response.status === 304) return await read(response);
      throw await refusalOf(response, path, this.url);
    } catch (cause) {
      if (cause instanceof MurmurationError) throw cause;
      throw new MurmurationError('server.unreachable', `${this.url} does not answer: ${reasonOf(cause)}.`, {
        cause,
      });
    } finally {
      cancel();
      this.#closing.signal.removeEventListener('abort', stop);
    }
  }
}

async function readAll({ body }: Response, path: string, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > most) throw new MurmurationError('model.corrupt', `${path} has more than ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function refusalOf(response: Response, path: string, url: string): Promise<MurmurationError> {
  const answer = await readAll(response, path, longestRefusal).then(parse, () => undefined);
  const { code, detail } = (answer ?? {}) as {
    readonly code?: unknown;
    readonly detail?: unknown;
  };
  if (isErrorCode(code)) return new MurmurationError(code as ErrorCode, String(detail));
  return new MurmurationError(
    'server.unreachable',
    `${url} is no coordinator: it answered HTTP ${response.status}.`,
  );
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || message : message;
}
