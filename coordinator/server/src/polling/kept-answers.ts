import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';

/** Answers of one connection that are kept: more than it may have under way. */
const most = 16;
/** The longest answer that is kept, bytes; that of a longer one is worked out again. */
const longest = 65_536;

/** An answer, and what it answers. */
interface Kept<Answer> {
  readonly digest: string;
  readonly answer: Promise<Answer>;
}

/** The answers to the newest requests of a connection: one that comes again, since its answer was lost, gets the same and is not acted upon twice. */
export class KeptAnswers<Answer extends { readonly frame: Uint8Array }> {
  readonly #kept = new BoundedMap<string, Kept<Answer>>(most);

  /**
   * What `work` resolves with, the first time that a key comes; that again where it comes again, while `work` goes on and afterwards. What it
   * rejects with is not kept. Throws `request.invalid` for a key that came with another request.
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
      if (given.frame.length > longest) forget();
      return given;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
