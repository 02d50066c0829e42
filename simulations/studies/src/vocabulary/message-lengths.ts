import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import { wordsOf } from './words.ts';

export const lengthsQueryName = 'message-length';

/** Number of a phone's newest messages whose lengths it sends. */
const maxReportedMessages = 50;

/**
 * Defines the query for the number of words per message; results of fewer than `threshold` phones are not
 * shown.
 */
export function lengthsQuery(threshold: number): Query {
  return defineQuery({
    name: lengthsQueryName,
    kind: 'histogram',
    threshold,
    period: 0,
    bins: { edges: [1, 3, 5, 8, 12, 18, 26, 38, 60] },
    values: maxReportedMessages,
    quantiles: [0.25, 0.5, 0.75, 0.95],
  });
}

/** Returns a phone's answer to the query for message lengths. */
export function lengthAnswers(messages: readonly string[]): Readonly<Record<string, AnswerOptions>> {
  return {
    [lengthsQueryName]: {
      kinds: ['histogram'],
      answer: () => messages.slice(-maxReportedMessages).map(message => wordsOf([message]).length),
    },
  };
}
