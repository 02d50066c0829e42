import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { type Likelihoods, likeliestWords } from '../../task/typing/ranking.ts';
import type { Vocabulary } from '../../task/vocabulary.ts';
import type { OwnWords } from './own-words.ts';

/** Whose suggestions are shown. */
export type Source = 'global' | 'personal' | 'hybrid';
export const sources: readonly Source[] = ['global', 'personal', 'hybrid'];

/** What comes next by a model and, where it is not the shared one, by the writer's own words, which none of the models knows. */
export class NextWords {
  readonly #hybrid: Pick<Hybrid, 'predict'>;
  readonly #vocabulary: Vocabulary;
  readonly #own: Pick<OwnWords, 'after'>;

  constructor(hybrid: Pick<Hybrid, 'predict'>, vocabulary: Vocabulary, own: Pick<OwnWords, 'after'>) {
    this.#hybrid = hybrid;
    this.#vocabulary = vocabulary;
    this.#own = own;
  }

  /** How likely each word is after a text, with the id of the prediction. Throws what the model throws, such as `hybrid.no-model`. */
  async after(text: string, source: Source): Promise<Likelihoods & { readonly id: string }> {
    const { id, values } = await this.#hybrid.predict(text, source);
    return { id, values, own: source === 'global' ? new Map() : this.#own.after(text) };
  }

  /** The `count` likeliest words that begin with `prefix`, the likeliest first. */
  likeliest(likelihoods: Likelihoods, count: number, prefix = ''): string[] {
    return likeliestWords(likelihoods, this.#vocabulary, count, prefix);
  }
}
