import type { HybridAnswer } from '@murmuration/client-sdk/hybrid/hybrid';
import { numberOf } from '@murmuration/demo-keyboard-app/task/own-numbers';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { unknownId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';

/**
 * Words that a phone's user typed and the vocabulary lacks: each has a place after the vocabulary's ids, in
 * the order of first use.
 */
export class OwnList {
  readonly #vocabulary: Vocabulary;
  /** Places by the number that a word has in the phone's own n-grams. */
  readonly #places = new Map<number, { readonly place: number; readonly word: string }>();

  constructor(vocabulary: Vocabulary, messages: readonly string[]) {
    this.#vocabulary = vocabulary;
    for (const message of messages) this.add(message);
  }

  add(message: string): void {
    for (const word of tokensOf(message)) {
      const number = numberOf(word, this.#vocabulary);
      if (number < this.#vocabulary.size || this.#places.has(number)) continue;
      this.#places.set(number, { place: this.#vocabulary.size + this.#places.size, word });
    }
  }

  /** Returns the place of a word; the unknown id for a word that was not typed here. */
  place(word: string): number {
    const found = this.#places.get(numberOf(word, this.#vocabulary));
    return found?.word === word ? found.place : unknownId;
  }

  /** Returns an answer's scores of the vocabulary's words, then of these words in their order. */
  scores({ values, own }: Pick<HybridAnswer, 'values' | 'own'>): Float32Array {
    const scores = new Float32Array(this.#vocabulary.size + this.#places.size);
    scores.set(values);
    for (const [number, share] of own ?? []) {
      const found = this.#places.get(number);
      if (found) scores[found.place] = share;
    }
    return scores;
  }

  /** Returns an answer's scores of these words by spelling. */
  spelled({ own }: Pick<HybridAnswer, 'own'>): ReadonlyMap<string, number> {
    return new Map(
      Array.from(own ?? []).flatMap(([number, share]) => {
        const found = this.#places.get(number);
        return found ? [[found.word, share] as const] : [];
      }),
    );
  }
}
