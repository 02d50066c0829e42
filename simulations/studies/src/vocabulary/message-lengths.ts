import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import { wordsOf } from './words.ts';

export const lengthsQueryName = 'message-length';

/** Messages of which a phone says how long they are: its newest ones. */
const mostMessages = 50;

/** How many words messages have; nothing is shown of fewer phones than `threshold`. */
export function lengthsQuery(threshold: number): Query {
  return defineQuery({
    name: lengthsQueryName,
    kind: 'histogram',
    threshold,
    period: 0,
    bins: { edges: [1, 3, 5, 8, 12, 18, 26, 38, 60] },
    values: mostMessages,
    quantiles: [0.25, 0.5, 0.75, 0.95],
  });
}

/** What a phone says of its messages where it is asked how long they are. */
export function lengthAnswers(messages: readonly string[]): Readonly<Record<string, AnswerOptions>> {
  return {
    [lengthsQueryName]: {
      kinds: ['histogram'],
      answer: () => messages.slice(-mostMessages).map(message => wordsOf([message]).length),
    },
  };
}
