import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { packRing } from '@murmuration/protocol/secagg/ring';
import type { PlainUpdate } from './plain-update.ts';

/** Query in the plan of an assignment. */
export interface RecordedQuery {
  readonly query: Query;
  readonly largestCohort: number;
}

/**
 * Watches a phone's answers to queries from outside of its client, and encodes each answer a second time,
 * without masks.
 */
export class AnswerRecorder {
  /** Answers by the name under which each round of a query is offered. */
  readonly #said = new Map<string, Answer>();

  /**
   * Wraps answers so that each is remembered until it is sent. Only for kinds that are encoded without a
   * secret of the device.
   */
  answers(options: Readonly<Record<string, AnswerOptions>>): Readonly<Record<string, AnswerOptions>> {
    return Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        {
          ...option,
          answer: async (query: Query) => {
            const answer = await option.answer?.(query);
            if (answer !== undefined) this.#said.set(offerOf(query), answer);
            return answer;
          },
        },
      ]),
    );
  }

  /** Answer to a query before masking; undefined if there was none, or it was sent before. */
  sent(assignment: string, { query, largestCohort }: RecordedQuery): PlainUpdate | undefined {
    const offer = offerOf(query);
    const answer = this.#said.get(offer);
    if (answer === undefined) return undefined;
    this.#said.delete(offer);
    const { width } = queryForm(query, largestCohort);
    return { assignment, packed: packRing(encodeAnswer(query, answer), width) };
  }
}
