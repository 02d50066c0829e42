import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { packRing } from '@murmuration/protocol/secagg/ring';
import type { PlainUpdate } from './plain-update.ts';

/** A query as the plan of an assignment has it. */
export interface AskedQuery {
  readonly query: Query;
  readonly largestCohort: number;
}

/** Watches what one phone says to queries, from outside of its client, and makes each answer a second time, without masks. */
export class AnswerRecorder {
  /** By the name under which each round of a query is offered. */
  readonly #said = new Map<string, Answer>();

  /** The same answers; each is remembered until it is sent. For kinds that are encoded without a secret of the device. */
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

  /** What the answer to a query was before its masks; undefined where none was given, or it was sent before. */
  sent(assignment: string, { query, largestCohort }: AskedQuery): PlainUpdate | undefined {
    const offer = offerOf(query);
    const answer = this.#said.get(offer);
    if (answer === undefined) return undefined;
    this.#said.delete(offer);
    const { width } = queryForm(query, largestCohort);
    return { assignment, packed: packRing(encodeAnswer(query, answer), width) };
  }
}
