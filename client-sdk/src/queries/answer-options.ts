import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import type { Answer } from '@murmuration/protocol/queries/vector';

/** How a device answers one query of the coordinator. */
export interface AnswerOptions {
  /** The kinds that the query may have: a query of any other is refused. */
  readonly kinds: readonly QueryKind[];
  /**
   * What the device says to the query, cut to its bounds; it leaves the device only in a masked sum. Undefined where it has nothing to say:
   * then it takes no part, which the coordinator sees, so what an answer would be must not decide that. Left out for the kinds `outcomes` and `arm`: what the app told of predictions (`client.hybrid(task).feedback`) within the
   * period of the query; for the kind `ngrams`: what follows what in the examples that the device trains on; and for the kind `evaluation`: how versions do on a fifth of the device's examples, on which rounds then train nothing, for
   * tasks that are served (`hybrid`).
   */
  readonly answer?: (query: Query) => Answer | undefined | Promise<Answer | undefined>;
  /**
   * What the answer is about, by a name as of a query: give queries that read the same text, or the same numbers, the same one, in all tasks. Each device
   * says of a source of text either which buckets of sketches it fills or exact counts, and of any source the rounds of one query in a period. The name of
   * the query by default; `examples` for n-grams that the SDK reads in the examples, whatever their task.
   */
  readonly source?: string;
  /** The slice that an example is in, of those that an evaluation by the SDK asks for; undefined: in none. */
  readonly slice?: (example: unknown) => string | undefined;
}
