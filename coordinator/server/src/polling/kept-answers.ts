import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Maximum number of answers kept for one connection, more than it may have under way. */
const maxAnswersOfConnection = 16;
/** Maximum length of a kept answer in bytes; a longer one is computed again. */
const maxKeptAnswerBytes = 65_536;

/** Answer, and the digest of its request. */
interface Kept<Answer> {
  readonly digest: string;
  readonly answer: Promise<Answer>;
}

/**
 * Answers to the newest requests of a connection: a request repeated because its answer was lost gets the
 * same answer and is not executed twice.
 */
export class KeptAnswers<Answer extends { readonly frame: Uint8Array }> {
  readonly #kept = new BoundedMap<string, Kept<Answer>>(maxAnswersOfConnection);

  /**
   * Returns the result of `work` for a new key, and the same result for a repeated key, during `work` and
   * after it. Rejections are not kept. Throws `request.invalid` for a key that came with another request.
   */
  async answer(
    key: string,
    request: readonly (string | Uint8Array)[],
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const hash = createHash('sha256');
    for (const part of request) hash.update(part).update('\n');
    const digest = hash.digest('base64');
    const kept = this.#kept.get(key);
    if (kept) {
      if (kept.digest === digest) return kept.answer;
      throw new MurmurationError('request.invalid', 'Another request of this connection had the same key.');
    }
    const answer = work();
    const entry = { digest, answer };
    this.#kept.set(key, entry);
    const forget = () => {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    };
    try {
      const given = await answer;
      if (given.frame.length > maxKeptAnswerBytes) forget();
      return given;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
