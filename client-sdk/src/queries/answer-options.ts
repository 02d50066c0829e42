import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import type { Answer } from '@murmuration/protocol/queries/vector';

/** Options for answering one query of the coordinator. */
export interface AnswerOptions {
  /** Kinds that the query may have: others are refused. */
  readonly kinds: readonly QueryKind[];
  /**
   * Returns the device's answer, cut to the query's bounds; it leaves the device only in a masked sum.
   * Undefined if there is none: the device then takes no part, which the coordinator sees, so this must not
   * depend on the answer. If absent, the SDK answers: kinds `outcomes` and `arm` with the outcomes that the
   * app reported (`client.hybrid(task).feedback`) within the query's period; kind `ngrams` with the n-grams
   * of the training examples; and kind `evaluation`, for served tasks (`hybrid`), with the performance of
   * versions on a fifth of the device's examples, which rounds then don't train on.
   */
  readonly answer?: (query: Query) => Answer | undefined | Promise<Answer | undefined>;
  /**
   * Name of the data that the answer is about, in the format of a query's name: use the same one for all
   * queries, in all tasks, about the same text or numbers. For a source of text, a device reveals either the
   * buckets of sketches that it fills or exact counts; for any source, the rounds of one query per period.
   * @default the query's name; `examples` for n-grams that the SDK reads in the examples, whatever their task
   */
  readonly source?: string;
  /** Returns the slice of an example, among those of an evaluation by the SDK; undefined if it is in none. */
  readonly slice?: (example: unknown) => string | undefined;
}
