import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerReply } from '../broker.ts';
import { longestDelay } from '../handle.ts';
import { askerOf, attemptOf, headerNames, reasonHeaders, requestOf } from '../headers.ts';

const none = Buffer.alloc(0);
/** What the cluster says of a message that it will never take. */
const refusals: ReadonlySet<unknown> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
]);

/** A message for a topic. */
export interface Publication {
  readonly topic: string;
  readonly message: Message;
}

/** The topics of a server. */
export interface Topics {
  readonly requests: string;
  readonly answers: string;
  readonly dead: string;
  readonly retries: string;
}

export function topicsOf({ topic, answers }: { readonly topic: string; readonly answers: string }): Topics {
  return { requests: topic, answers, dead: `${topic}.dlq`, retries: `${topic}.retry` };
}

/** Headers as texts, with names in lower case; of one that is there several times, the last. */
export function headersOf({ headers }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(writable(headers), ([name, values]) => [name.toLowerCase(), String(values.at(-1))]),
  );
}

/** Headers whose values are texts or bytes, which are all that can be written again. */
function* writable(headers: IHeaders = {}): Generator<readonly [string, readonly (string | Buffer)[]]> {
  for (const [name, value] of Object.entries(headers)) {
    const values = [value].flat().filter(each => typeof each === 'string' || Buffer.isBuffer(each));
    if (values.length > 0) yield [name, values];
  }
}

/** The key of a request as a text, by which its answer is told. */
export function idOf({ key }: KafkaMessage): string | undefined {
  return key && key.length > 0 ? key.toString() : undefined;
}

/** By what a request is known again: its key, for whoever shows its token. Not as a text: keys that are none would all be one. */
export function keyOf(message: KafkaMessage): string | undefined {
  return keyFor(message, askerOf(headersOf(message)));
}

function keyFor({ key }: Pick<KafkaMessage, 'key'>, asker: string): string | undefined {
  return key && key.length > 0 ? `${asker}.${key.toString('latin1')}` : undefined;
}

/** What of a request its answer has beside its key. */
export function requestIn(message: KafkaMessage): string {
  return requestOf(headersOf(message), message.value ?? none);
}

/** The key and the request that an answer is to; undefined where it has no key. */
export function answeredBy(
  answer: KafkaMessage,
): { readonly key: string; readonly request: string | undefined } | undefined {
  const [asker = '', request] = (headersOf(answer)[headerNames.request] ?? '').split('.');
  const key = keyFor(answer, asker);
  return key === undefined ? undefined : { key, request };
}

/** ms since 1970 before which a message of the topic of retries is not to be tried. */
export function dueAt(message: KafkaMessage): number {
  const time = Number(headersOf(message)[headerNames.notBefore] ?? 0);
  // Whoever wrote it, nothing behind it waits for longer than we would have had it wait.
  return Number.isFinite(time) ? Math.min(time, Number(message.timestamp) + longestDelay) : 0;
}

/** The answer to a request, under its key. */
export function answerTo(message: KafkaMessage, { body, headers }: BrokerReply, topics: Topics): Publication {
  const request = `${askerOf(headersOf(message))}.${requestIn(message)}`;
  const own = { ...headers, [headerNames.request]: request };
  return { topic: topics.answers, message: { key: message.key, value: body, headers: own } };
}

/** The request once more, not to be tried before `time`. */
export function retryOf(message: KafkaMessage, time: number, topics: Topics): Publication {
  const headers = without(message, [headerNames.attempt, headerNames.notBefore]);
  headers[headerNames.attempt] = String(attemptOf(headersOf(message)) + 1);
  headers[headerNames.notBefore] = String(time);
  return { topic: topics.retries, message: { key: message.key, value: message.value, headers } };
}

/** The request as a dead letter with its reason, without the token that it may have. */
export function deadLetterOf(message: KafkaMessage, error: MurmurationError, topics: Topics): Publication {
  const headers = without(message, [headerNames.authorization, headerNames.attempt, headerNames.notBefore]);
  return {
    topic: topics.dead,
    message: { key: message.key, value: message.value, headers: { ...headers, ...reasonHeaders(error) } },
  };
}

/** As a dead letter whose body the topic does not take. */
export function emptied({ topic, message }: Publication): Publication {
  return { topic, message: { ...message, value: none } };
}

/** As a dead letter of which nothing is left but its key and its reason. */
export function bared({ topic, message: { key = null, headers = {} } }: Publication): Publication {
  const kept = Object.entries(headers).filter(
    ([name]) => name === headerNames.error || name === headerNames.reason,
  );
  return { topic, message: { key, value: none, headers: Object.fromEntries(kept) } };
}

/** What a request fails with whose answer is refused by the cluster for what it is, so that it would be so again. */
export function refusalOf(error: unknown): MurmurationError | undefined {
  const reasons = [error, (error as { cause?: unknown }).cause];
  // Of the client, before anything is sent.
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
