import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerReply } from '../broker.ts';
import { longestDelay } from '../handle.ts';
import { askerOf, attemptOf, headerNames, reasonHeaders, requestOf } from '../headers.ts';

const none = Buffer.alloc(0);
/** Errors of the cluster for messages that it will never accept. */
const refusals: ReadonlySet<unknown> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
]);

/** Message for a topic. */
export interface KafkaRecord {
  readonly topic: string;
  readonly message: Message;
}

/** Topics of a server. */
export interface Topics {
  readonly requests: string;
  readonly answers: string;
  readonly dead: string;
  readonly retries: string;
}

export function topicsOf({ topic, answers }: { readonly topic: string; readonly answers: string }): Topics {
  return { requests: topic, answers, dead: `${topic}.dlq`, retries: `${topic}.retry` };
}

/** Returns headers as text, with names in lower case; the last value of a repeated one. */
export function headersOf({ headers }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(writable(headers), ([name, values]) => [name.toLowerCase(), String(values.at(-1))]),
  );
}

/** Yields headers whose values are text or bytes: only those can be written again. */
function* writable(headers: IHeaders = {}): Generator<readonly [string, readonly (string | Buffer)[]]> {
  for (const [name, value] of Object.entries(headers)) {
    const values = [value].flat().filter(each => typeof each === 'string' || Buffer.isBuffer(each));
    if (values.length > 0) yield [name, values];
  }
}

/** Returns the key of a request as text, the id of its answer. */
export function idOf({ key }: KafkaMessage): string | undefined {
  return key && key.length > 0 ? key.toString() : undefined;
}

/**
 * Returns a request's deduplication key: its asker and its key. Bytes map to latin1, since all keys that are
 * not UTF-8 would decode to the same text.
 */
export function keyOf(message: KafkaMessage): string | undefined {
  return keyFor(message, askerOf(headersOf(message)));
}

function keyFor({ key }: Pick<KafkaMessage, 'key'>, asker: string): string | undefined {
  return key && key.length > 0 ? `${asker}.${key.toString('latin1')}` : undefined;
}

/** Returns the digest of a request that its answer carries beside its key. */
export function requestIn(message: KafkaMessage): string {
  return requestOf(headersOf(message), message.value ?? none);
}

/** Returns the key and the request that an answer is to; undefined if it has no key. */
export function answeredBy(
  answer: KafkaMessage,
): { readonly key: string; readonly request: string | undefined } | undefined {
  const [asker = '', request] = (headersOf(answer)[headerNames.request] ?? '').split('.');
  const key = keyFor(answer, asker);
  return key === undefined ? undefined : { key, request };
}

/** Returns ms since 1970 before which a message of the retry topic is not to be tried. */
export function dueAt(message: KafkaMessage): number {
  const time = Number(headersOf(message)[headerNames.notBefore] ?? 0);
  // Bounded, so a message written by others doesn't block those behind it for longer than ours do.
  return Number.isFinite(time) ? Math.min(time, Number(message.timestamp) + longestDelay) : 0;
}

/** Makes the answer to a request, under its key. */
export function answerTo(message: KafkaMessage, { body, headers }: BrokerReply, topics: Topics): KafkaRecord {
  const request = `${askerOf(headersOf(message))}.${requestIn(message)}`;
  const own = { ...headers, [headerNames.request]: request };
  return { topic: topics.answers, message: { key: message.key, value: body, headers: own } };
}

/** Makes a copy of the request for its next try, not before `time` (ms since 1970). */
export function retryOf(message: KafkaMessage, time: number, topics: Topics): KafkaRecord {
  const headers = without(message, [headerNames.attempt, headerNames.notBefore]);
  headers[headerNames.attempt] = String(attemptOf(headersOf(message)) + 1);
  headers[headerNames.notBefore] = String(time);
  return { topic: topics.retries, message: { key: message.key, value: message.value, headers } };
}

/** Makes a dead letter of the request with its reason, without its token. */
export function deadLetterOf(message: KafkaMessage, error: MurmurationError, topics: Topics): KafkaRecord {
  const headers = without(message, [headerNames.authorization, headerNames.attempt, headerNames.notBefore]);
  return {
    topic: topics.dead,
    message: { key: message.key, value: message.value, headers: { ...headers, ...reasonHeaders(error) } },
  };
}

/** Removes the body of a dead letter that is too large for its topic. */
export function emptied({ topic, message }: KafkaRecord): KafkaRecord {
  return { topic, message: { ...message, value: none } };
}

/** Removes everything from a dead letter except its key and its reason. */
export function bared({ topic, message: { key = null, headers = {} } }: KafkaRecord): KafkaRecord {
  const kept = Object.entries(headers).filter(
    ([name]) => name === headerNames.error || name === headerNames.reason,
  );
  return { topic, message: { key, value: none, headers: Object.fromEntries(kept) } };
}

/**
 * Returns the error of a request whose answer the cluster refuses for its content, as it would again;
 * undefined for any other failure.
 */
export function refusalOf(error: unknown): MurmurationError | undefined {
  const reasons = [error, (error as { cause?: unknown }).cause];
  // Thrown by the client before anything is sent.
  if (reasons.some(each => each instanceof TypeError || each instanceof RangeError))
    return new MurmurationError('inference.input', "The message has what can't be written again.");
  if (!reasons.some(each => refusals.has((each as { type?: unknown } | undefined)?.type))) return undefined;
  return new MurmurationError(
    'request.too-large',
    'The cluster does not take the answer. It may be longer than the topic allows (max.message.bytes).',
  );
}

function without({ headers }: KafkaMessage, names: readonly string[]): IHeaders {
  const kept = [...writable(headers)].filter(([name]) => !names.includes(name.toLowerCase()));
  return Object.fromEntries(kept.map(([name, values]) => [name, [...values]]));
}
