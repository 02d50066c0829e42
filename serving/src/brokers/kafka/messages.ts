import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerReply } from '../broker.ts';
import { attemptOf, headerNames, reasonHeaders } from '../headers.ts';

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

/** The key of a request, by which its answer is told. */
export function keyOf({ key }: KafkaMessage): string | undefined {
  return key && key.length > 0 ? key.toString() : undefined;
}

/** ms since 1970 before which a request is not to be tried; 0 where it waits for nothing. */
export function dueAt(message: KafkaMessage): number {
  const time = Number(headersOf(message)[headerNames.notBefore] ?? 0);
  return Number.isFinite(time) ? time : 0;
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

function without({ headers = {} }: KafkaMessage, names: readonly string[]): IHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}
