import type { Predictor } from '@murmuration/engine/inference/predictor';
import { firstWordId, startId, type Vocabulary } from './vocabulary.ts';

/** Suggests next words while a message is written; each word costs one step of the model. */
export class Suggestions {
  readonly #predictor: Predictor;
  readonly #vocabulary: Vocabulary;

  constructor(predictor: Predictor, vocabulary: Vocabulary) {
    this.#predictor = predictor;
    this.#vocabulary = vocabulary;
    this.begin();
  }

  /** Begins a new message. */
  begin(): void {
    this.#predictor.begin();
    this.#predictor.next(startId);
  }

  /**
   * Takes the next written text, one word or several; a word that the vocabulary lacks counts as an unknown
   * one.
   */
  write(text: string): void {
    for (const id of this.#vocabulary.encode(text)) this.#predictor.next(id);
  }

  /** Returns the `count` likeliest next words, the likeliest first. */
  next(count: number): string[] {
    return this.#predictor.top(count, firstWordId).map(({ token }) => this.#vocabulary.word(token)!);
  }
}
