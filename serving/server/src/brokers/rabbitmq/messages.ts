import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AsyncMessage, Envelope } from 'rabbitmq-client';
import type { BrokerReply } from '../broker.ts';
import { askerOf, attemptOf, headerNames, reasonHeaders, requestOf } from '../headers.ts';
import type { RabbitmqSettings } from '../settings.ts';
import type { Publication } from './publication.ts';
import { type Queue, type Queues, retryFor } from './queues.ts';
import { rawTypeOf } from './raw-bodies.ts';

type Headers = NonNullable<Envelope['headers']>;

const idempotencyKey = 'idempotency-key';
/**
 * Header that counts how often a request was a dead letter, or its answer was refused: if it comes back, it
 * counts as unanswered.
 */
const deaths = 'murmuration-deaths';
/** Headers that the broker writes itself, or that make it route copies to other queues. */
const ofBroker = /^x-(?:death|delivery-count|acquired-count|first-death-|last-death-|stream-)|^B?CC$/;
const ours: ReadonlySet<string> = new Set([...Object.values(headerNames), idempotencyKey, deaths]);
/** Bytes for headers: a frame of the client has 8192, and the other properties may take eight short texts. */
const headerRoom = 6_000;
/** Maximum nesting of lists and tables. */
const maxHeaderDepth = 8;
/** Pseudo-queue of the connected client. */
const directReplyTo = 'amq.rabbitmq.reply-to';

/** Returns headers that are text or numbers, with names in lower case. */
export function headersOf({ headers = {} }: AsyncMessage): Readonly<Record<string, string>> {
  const known = Object.entries(headers).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  );
  return Object.fromEntries(known.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/**
 * Returns the bytes of a message on a channel of `keepBodiesRaw`. Throws `request.unsupported` if it is
 * compressed.
 */
export function bodyOf({ body, contentEncoding }: AsyncMessage): Buffer {
  if (contentEncoding !== undefined && contentEncoding !== '' && contentEncoding !== 'identity')
    throw new MurmurationError(
      'request.unsupported',
      `The message is encoded as ${contentEncoding}; expected no encoding.`,
    );
  return body as Buffer;
}

/**
 * Returns a request's deduplication key, a digest of its key, its answer queue, its asker and its deaths;
 * undefined if it names no key.
 */
export function keyOf(message: AsyncMessage): string | undefined {
  const headers = headersOf(message);
  const named = headers[idempotencyKey] || message.messageId || message.correlationId;
  if (!named) return undefined;
  const asker = askerOf(headers);
  const scope = [message.replyTo ?? '', named, headers[deaths] ?? '0', ...(asker ? [asker] : [])];
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url');
}

/** Returns why an answer can't go to the message's `replyTo`; undefined if it can. */
export function problemOfReplyTo(
  { replyTo }: AsyncMessage,
  { requests, dead, answered, retries }: Queues,
  allowed: RabbitmqSettings['replyTo'],
): MurmurationError | undefined {
  if (!replyTo)
    return new MurmurationError(
      'inference.input',
      'The message has no replyTo: nobody would hear the answer.',
    );
  const own = [requests, dead, answered, ...retries.values()];
  if (
    replyTo === directReplyTo ||
    own.some(({ name }) => name === replyTo) ||
    allowed?.every(start => !replyTo.startsWith(start))
  )
    return new MurmurationError(
      'inference.input',
      `Answers may not go to the queue ${replyTo}, which the message names.`,
    );
  return undefined;
}

/** Makes the answer to a message. */
export function replyTo(message: AsyncMessage, { body, headers }: BrokerReply): Publication {
  const { replyTo: routingKey, correlationId, messageId } = message;
  const named = headersOf(message)[idempotencyKey] ?? messageId;
  const isBinary = headers[headerNames.length] !== undefined;
  return {
    envelope: envelopeOf({
      routingKey,
      correlationId,
      messageId: named,
      headers,
      contentType: isBinary ? 'application/octet-stream' : 'application/json',
      durable: true,
    }),
    body: typeof body === 'string' ? Buffer.from(body) : body,
    isAnswer: true,
  };
}

/** Returns the digest of a request that its mark carries beside its key. */
export function requestIn(message: AsyncMessage): string {
  return requestOf(headersOf(message), message.body as Buffer);
}

/** Makes the mark that a request with a key has been answered. */
export function markOf(key: string, message: AsyncMessage, { answered }: Queues): Publication {
  const mark = { messageId: key, correlationId: requestIn(message) };
  return { envelope: { routingKey: answered.name, ...mark, durable: true }, body: Buffer.alloc(0) };
}

/**
 * Makes a copy of the message for its next try; undefined if there is no retry queue. With `why`, its key
 * counts as new, since the broker may have it marked as answered.
 */
export function retryOf(
  message: AsyncMessage,
  delay: number,
  queues: Queues,
  why?: 'refused',
): Publication | undefined {
  const queue = retryFor(delay, queues);
  const own: Headers = { [headerNames.attempt]: attemptOf(headersOf(message)) + 1 };
  if (why) own[deaths] = deathsOf(message) + 1;
  return queue && copyTo(queue, message, own);
}

/** Makes a dead letter of the message with its reason, without its token. */
export function deadLetterOf(message: AsyncMessage, error: MurmurationError, { dead }: Queues): Publication {
  const own = { [deaths]: deathsOf(message) + 1, ...reasonHeaders(error) };
  return copyTo(dead, message, own, [headerNames.authorization, headerNames.attempt]);
}

function deathsOf(message: AsyncMessage): number {
  const before = Number(headersOf(message)[deaths] ?? 0);
  return Number.isSafeInteger(before) ? before : 0;
}

/**
 * Copies a message, with our own headers in place of those of `without`. It is mandatory: the broker reports
 * if its queue is missing. Leaves out what would make the broker close the channel again and again: headers
 * that exceed a frame, and numbers that can't be encoded.
 */
function copyTo(
  { name }: Queue,
  message: AsyncMessage,
  own: Headers,
  without: readonly string[] = [],
): Publication {
  const { body, correlationId, replyTo: answers, messageId, contentEncoding, type, appId } = message;
  const contentType = rawTypeOf(message);
  const left = new Set([...without, ...Object.keys(own)]);
  const headers = { ...own };
  let room = headerRoom - sizeOf(own);
  for (const [header, value] of shortestFirst(message.headers)) {
    if (left.has(header.toLowerCase()) || ofBroker.test(header)) continue;
    room -= sizeOf({ [header]: value });
    if (room < 0) break;
    headers[header] = value;
  }
  return {
    envelope: envelopeOf({
      routingKey: name,
      mandatory: true,
      durable: true,
      correlationId,
      // Only the broker itself may write that name; it closes the channel of any client that does.
      replyTo: answers === directReplyTo ? undefined : answers,
      messageId,
      contentType,
      contentEncoding,
      type,
      appId,
      headers,
    }),
    body: body as Buffer,
  };
}

/** Sorts our own headers first, then by size. */
function shortestFirst(headers: Headers = {}): readonly (readonly [string, unknown])[] {
  const known = (name: string) => Number(ours.has(name.toLowerCase()));
  const writable = Object.entries(headers).filter(([, value]) => isWritable(value));
  return writable.toSorted(
    ([a, one], [b, other]) => known(b) - known(a) || sizeOf({ [a]: one }) - sizeOf({ [b]: other }),
  );
}

/** Returns the maximum bytes of headers in a frame. */
function sizeOf(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    bytes += 8 + Buffer.byteLength(name);
    // A number in a list may be one character here, and nine bytes in the frame.
    bytes +=
      typeof value === 'string'
        ? Buffer.byteLength(value)
        : 9 * Buffer.byteLength(JSON.stringify(value) ?? '');
  }
  return bytes;
}

function isWritable(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value >= -(2 ** 63);
  if (typeof value !== 'object' || value === null) return true;
  return depth < maxHeaderDepth && Object.values(value).every(each => isWritable(each, depth + 1));
}

/** Removes undefined fields. */
function envelopeOf(fields: { readonly [Name in keyof Envelope]: Envelope[Name] | undefined }): Envelope {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
