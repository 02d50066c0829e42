import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { type Likelihoods, likeliestWords } from '../../task/typing/ranking.ts';
import type { Vocabulary } from '../../task/vocabulary.ts';
import type { OwnWords } from './own-words.ts';

/** Model whose suggestions are shown. */
export type WordSource = 'global' | 'personal' | 'hybrid';
export const sources: readonly WordSource[] = ['global', 'personal', 'hybrid'];

/**
 * Predictions of a model and, except for the shared one, of the writer's own words, which the vocabulary
 * lacks.
 */
export class NextWords {
  readonly #hybrid: Pick<Hybrid, 'predict'>;
  readonly #vocabulary: Vocabulary;
  readonly #own: Pick<OwnWords, 'after' | 'spelled'>;

  constructor(
    hybrid: Pick<Hybrid, 'predict'>,
    vocabulary: Vocabulary,
    own: Pick<OwnWords, 'after' | 'spelled'>,
  ) {
    this.#hybrid = hybrid;
    this.#vocabulary = vocabulary;
    this.#own = own;
  }

  /**
   * Returns the likelihood of each word after a text, with the id of the prediction. Throws the model's
   * errors, such as `hybrid.no-model`.
   */
  async after(text: string, source: WordSource): Promise<Likelihoods & { readonly id: string }> {
    const { id, values, own: numbered } = await this.#hybrid.predict(text, source);
    if (source === 'global') return { id, values, own: new Map() };
    if (numbered) return { id, values, own: this.#own.spelled(numbered) };
    // No part of the mixture counts own words here, or not yet.
    const own = this.#own.after(text);
    const left = 1 - Array.from(own.values()).reduce((sum, share) => sum + share, 0);
    return { id, values: values.map(value => left * value), own };
  }

  /** Returns the `count` likeliest words that begin with `prefix`, the likeliest first. */
  likeliest(likelihoods: Likelihoods, count: number, prefix = ''): string[] {
    return likeliestWords(likelihoods, this.#vocabulary, count, prefix);
  }
}
