import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AsyncMessage, Envelope } from 'rabbitmq-client';
import type { BrokerReply } from '../broker.ts';
import { attemptOf, headerNames, reasonHeaders } from '../headers.ts';
import type { RabbitmqSettings } from '../settings.ts';
import type { Publication } from './commits.ts';
import { type Queue, type Queues, retryFor } from './queues.ts';
import { rawTypeOf } from './raw-bodies.ts';

type Headers = NonNullable<Envelope['headers']>;

const idempotencyKey = 'idempotency-key';
/** How often a request has been a dead letter: one that is taken from there is not the one that was answered. */
const deaths = 'murmuration-deaths';
/** What the broker writes itself. */
const ofBroker = /^x-(?:death|delivery-count|acquired-count|first-death-|last-death-|stream-)/;

/** Headers that are texts or numbers, with names in lower case. */
export function headersOf({ headers = {} }: AsyncMessage): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (typeof value === 'string' || typeof value === 'number') found[name.toLowerCase()] = String(value);
  return found;
}

/** The bytes of a message on a channel of `keepBodiesRaw`. Throws `request.unsupported` for compressed ones. */
export function bodyOf({ body, contentEncoding }: AsyncMessage): Buffer {
  if (contentEncoding !== undefined && contentEncoding !== '' && contentEncoding !== 'identity')
    throw new MurmurationError(
      'request.unsupported',
      `The message is encoded as ${contentEncoding}; expected no encoding.`,
    );
  return body as Buffer;
}

/** By what a request is known again: its key, for whoever waits at its queue of answers. Undefined where it names none. */
export function keyOf(message: AsyncMessage): string | undefined {
  const headers = headersOf(message);
  const named = headers[idempotencyKey] || message.messageId || message.correlationId;
  if (!named) return undefined;
  const scope = [message.replyTo ?? '', named, headers[deaths] ?? '0'];
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url');
}

/** Why no answer can go to where a message wants it; undefined where it can. */
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
  if (own.some(({ name }) => name === replyTo) || allowed?.every(start => !replyTo.startsWith(start)))
    return new MurmurationError(
      'inference.input',
      `Answers may not go to the queue ${replyTo}, which the message names.`,
    );
  return undefined;
}

/** The answer to a message. */
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
  };
}

/** The mark that a key has been answered. */
export function markOf(key: string, { answered }: Queues): Publication {
  return { envelope: { routingKey: answered.name, messageId: key, durable: true }, body: Buffer.alloc(0) };
}

/** The message once more, for its next try; undefined where there is no queue to wait in. */
export function retryOf(message: AsyncMessage, delay: number, queues: Queues): Publication | undefined {
  const queue = retryFor(delay, queues);
  const headers = kept(message);
  headers[headerNames.attempt] = attemptOf(headersOf(message)) + 1;
  return queue && copyTo(queue, message, headers);
}

/** The message as a dead letter with its reason, without the token that it may have. */
export function deadLetterOf(message: AsyncMessage, error: MurmurationError, { dead }: Queues): Publication {
  const headers = kept(message);
  for (const name of Object.keys(headers))
    if ([headerNames.authorization, headerNames.attempt].includes(name.toLowerCase() as never))
      delete headers[name];
  headers[deaths] = Number(headersOf(message)[deaths] ?? 0) + 1;
  return copyTo(dead, message, { ...headers, ...reasonHeaders(error) });
}

function kept({ headers = {} }: AsyncMessage): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofBroker.test(name)));
}

/** What has to arrive: the broker says where it does not. */
function copyTo({ name }: Queue, message: AsyncMessage, headers: Headers): Publication {
  const { body, correlationId, replyTo: answers, messageId, contentEncoding, type, appId } = message;
  const contentType = rawTypeOf(message);
  return {
    envelope: envelopeOf({
      routingKey: name,
      mandatory: true,
      durable: true,
      correlationId,
      replyTo: answers,
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

/** The fields that there are. */
function envelopeOf(fields: { readonly [Name in keyof Envelope]: Envelope[Name] | undefined }): Envelope {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
