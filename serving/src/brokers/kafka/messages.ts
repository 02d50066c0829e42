import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerReply } from '../broker.ts';
import { longestDelay } from '../handle.ts';
import { attemptOf, headerNames, reasonHeaders } from '../headers.ts';

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
export function headersOf({ headers = {} }: KafkaMessage): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) found[name.toLowerCase()] = last.toString();
  }
  return found;
}

/** The key of a request as a text, by which its answer is told. */
export function idOf({ key }: KafkaMessage): string | undefined {
  return key && key.length > 0 ? key.toString() : undefined;
}

/** The key of a request, by which it is known again. Not as a text: keys that are none would all be one. */
export function keyOf({ key }: Pick<KafkaMessage, 'key'>): string | undefined {
  return key && key.length > 0 ? key.toString('latin1') : undefined;
}

/** ms since 1970 before which a message of the topic of retries is not to be tried. */
export function dueAt(message: KafkaMessage): number {
  const time = Number(headersOf(message)[headerNames.notBefore] ?? 0);
  // Whoever wrote it, nothing behind it waits for longer than we would have had it wait.
  return Number.isFinite(time) ? Math.min(time, Number(message.timestamp) + longestDelay) : 0;
}

/** The answer to a request, under its key. */
export function answerTo({ key }: KafkaMessage, { body, headers }: BrokerReply, topics: Topics): Publication {
  return { topic: topics.answers, message: { key, value: body, headers: { ...headers } } };
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

/** What a request fails with whose answer is refused by the cluster for what it is, so that it would be so again. */
export function refusalOf(error: unknown): MurmurationError | undefined {
  const types = [error, (error as { cause?: unknown }).cause].map(
    each => (each as { type?: unknown } | undefined)?.type,
  );
  if (!types.some(type => refusals.has(type))) return undefined;
  return new MurmurationError(
    'request.too-large',
    'The cluster does not take the answer. It may be longer than the topic allows (max.message.bytes).',
  );
}

function without({ headers = {} }: KafkaMessage, names: readonly string[]): IHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}
