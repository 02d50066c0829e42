import { joinBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withDeadline } from '@murmuration/protocol/time/deadline';
import { AwsClient } from 'aws4fetch';
import type { ObjectStore } from './object-store.ts';
import { downloadOrigin, type S3Settings } from './s3-settings.ts';

/**
 * Most tries of a request, with pauses of 0.2, 0.4, 0.8 and 1.6 s between them, each randomly shortened by
 * up to half.
 */
const maxTries = 5;
const firstObjectRetryMs = 200;
/** ms that the start of an answer may take, and additional ms per MiB of a body. */
const firstByteTimeoutMs = 15_000;
const objectMsPerMebibyte = 2_000;
/** Most bytes of an answer that isn't an object: lists of 1,000 keys, and errors. */
const maxTextBytes = 4 << 20;
/** Seconds for which a signed URL is valid, which is until a download has begun. */
const linkLasts = 300;

interface Ask {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Most bytes of the answer. */
  readonly most: number;
  /** Number of first bytes that are read if a part was requested and the whole is returned. */
  readonly beginning?: number;
}

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/**
 * Objects of an S3 bucket, by AWS Signature Version 4 over `fetch`. Temporary failures (no connection, 5xx,
 * 429, an incomplete answer) are retried; the signature of a write covers the SHA-256 of its bytes.
 */
export class S3Objects implements ObjectStore {
  readonly #settings: S3Settings;
  readonly #aws: AwsClient;
  readonly #clock: Clock;
  readonly #random: RandomBytes;

  constructor(settings: S3Settings, clock: Clock, random: RandomBytes) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = settings;
    this.#settings = settings;
    this.#aws = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 's3',
      region,
      retries: 0,
    });
    this.#clock = clock;
    this.#random = random;
  }

  async put(key: string, bytes: Uint8Array, sha256: string): Promise<void> {
    const headers = {
      'x-amz-content-sha256': sha256,
      'content-type': 'application/octet-stream',
      'cache-control': keptFor('public'),
    };
    await this.#ask(key, { method: 'PUT', headers, body: bytes, most: maxTextBytes });
  }

  async read(key: string, start = 0, end = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    const isPart = start > 0 || Number.isFinite(end);
    const range = `bytes=${start}-${Number.isFinite(end) ? end - 1 : ''}`;
    const { status, bytes } = await this.#ask(key, {
      method: 'GET',
      ...(isPart && { headers: { range }, beginning: end }),
      most: end - start,
    });
    if (status === 404) return undefined;
    if (status === 416) return new Uint8Array();
    // Some services return the whole object if it is short.
    return status === 200 && isPart ? bytes.subarray(start, end) : bytes;
  }

  /** Returns a presigned GET (AWS Signature Version 4, in the query) at the public endpoint. */
  async link(key: string, cache: 'public' | 'private'): Promise<string | undefined> {
    const { bucket, prefix } = this.#settings;
    const origin = downloadOrigin(this.#settings);
    if (origin === undefined) return undefined;
    const url = new URL(`/${bucket}/${prefix}${key}`, origin);
    url.searchParams.set('X-Amz-Expires', String(linkLasts));
    if (cache === 'private') url.searchParams.set('response-cache-control', keptFor(cache));
    const datetime = new Date(this.#clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const { url: signed } = await this.#aws.sign(url, { aws: { signQuery: true, datetime } });
    return signed;
  }

  async delete(key: string): Promise<void> {
    await this.#ask(key, { method: 'DELETE', most: maxTextBytes });
  }

  async *keys(): AsyncIterable<string> {
    const { prefix } = this.#settings;
    const tokens = new Set<string>();
    let token: string | undefined;
    do {
      const query = {
        'list-type': '2',
        prefix,
        ...(token !== undefined && { 'continuation-token': token }),
      };
      const { status, bytes } = await this.#ask('', { method: 'GET', query, most: maxTextBytes });
      if (status === 404) throw this.#failure(`there is no bucket ${this.#settings.bucket}`);
      const text = new TextDecoder().decode(bytes);
      for (const [, key = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        const name = plain(key);
        if (name.startsWith(prefix)) yield name.slice(prefix.length);
      }
      const [, next] = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text) ?? [];
      token = next === undefined ? undefined : plain(next);
      if (token !== undefined && tokens.has(token)) throw this.#failure('its listing comes to no end');
      if (token !== undefined) tokens.add(token);
    } while (token !== undefined);
  }

  /**
   * Sends a request; returns its answer if it succeeded, or has status 404 or 416. Throws `storage.failed`.
   */
  async #ask(key: string, ask: Ask): Promise<Answer> {
    let why = '';
    for (let turn = 0; turn < maxTries; turn++) {
      if (turn > 0) await this.#pause(firstObjectRetryMs * 2 ** (turn - 1));
      try {
        const answer = await this.#once(key, ask);
        const { status, bytes } = answer;
        if (status < 300 || (ask.method === 'GET' && (status === 404 || status === 416))) return answer;
        why = `it answered HTTP ${status}${codeIn(bytes)}`;
        if (status < 500 && status !== 429 && status !== 408) break;
      } catch (cause) {
        why = messageOf(cause);
      }
    }
    throw this.#failure(why);
  }

  async #once(
    key: string,
    { method, query = {}, headers = {}, body, most, beginning }: Ask,
  ): Promise<Answer> {
    const { endpoint, bucket, prefix } = this.#settings;
    const url = new URL(`/${bucket}${key === '' ? '' : `/${prefix}${key}`}`, endpoint);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const expected = body?.length ?? (Number.isFinite(most) ? most : 0);
    const wait = firstByteTimeoutMs + (objectMsPerMebibyte * expected) / 2 ** 20;
    const late = () => new Error(`it did not answer within ${Math.round(wait / 1_000)} s`);
    return withDeadline({ clock: this.#clock, limit: wait, late }, async signal => {
      const signed = await this.#aws.sign(url, {
        method,
        headers: { ...headers },
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      });
      const response = await fetch(signed, { redirect: 'error', signal });
      const { status, ok } = response;
      // A service without support for ranges returns the whole object.
      const bytes =
        status === 200 && beginning !== undefined
          ? await readBeginning(response, beginning)
          : await readAll(response, ok ? most : maxTextBytes);
      return { status, bytes };
    });
  }

  #pause(ms: number): Promise<void> {
    const [share = 0] = this.#random(1);
    const shortened = ms * (1 - share / 512);
    return new Promise(resolve => void this.#clock.at(this.#clock.now() + shortened, resolve));
  }

  #failure(why: string): MurmurationError {
    const { endpoint, bucket } = this.#settings;
    return new MurmurationError(
      'storage.failed',
      `The bucket ${bucket} at ${endpoint} can't be used: ${why}.`,
    );
  }
}

/** Returns the cache header of an object, which never changes. */
const keptFor = (cache: 'public' | 'private') => `${cache}, max-age=31536000, immutable`;

/** Reads the body of an answer. Throws if it has more than `most` bytes, or fewer than announced. */
async function readAll(response: Response, most: number): Promise<Uint8Array> {
  const bytes = await readBeginning(response, most);
  if (bytes.length > most) throw new Error('it answered more bytes than were asked for');
  return bytes;
}

/** Reads the body of an answer or, if it has more than `most` bytes, slightly more than those. */
async function readBeginning(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array);
    length += (part as Uint8Array).length;
    if (length > most) return joinBytes(parts);
  }
  const said = response.headers.get('content-length');
  if (said !== null && response.headers.get('content-encoding') === null && Number(said) !== length)
    throw new Error(`its answer broke off after ${length} of ${said} bytes`);
  return joinBytes(parts);
}

/** Returns the code of an error document, such as ` (AccessDenied)`. */
function codeIn(bytes: Uint8Array): string {
  const [, code] =
    /<Code>([A-Za-z]{1,64})<\/Code>/.exec(new TextDecoder().decode(bytes.subarray(0, 4_096))) ?? [];
  return code ? ` (${code})` : '';
}

/** Decodes the entities in a text of XML. */
function plain(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
}
