import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { computed, effect, signal } from '@preact/signals';
import type { Likelihoods } from '../../task/typing/ranking.ts';
import type { Draft } from '../draft/draft.ts';
import { spelled } from '../draft/text.ts';
import type { NextWords, WordSource } from './next-words.ts';

/** Number of suggestions over the keys. */
export const suggestionCount = 3;

/** Prediction whose words are shown, and the text that they follow. */
export interface ShownPrediction {
  readonly id: string;
  readonly before: string;
}

/** Suggested words: the likeliest of the chosen model at the caret that fit the typed letters. */
export class SuggestionBar {
  readonly source = signal<WordSource>('hybrid');
  /** True if the chosen model has no answer yet. */
  readonly isEmpty = signal(false);
  /** Current prediction; null if nothing is suggested. */
  readonly question = signal<ShownPrediction | null>(null);
  readonly #likelihoods = signal<Likelihoods | null>(null);
  readonly words;
  readonly #next: NextWords;
  readonly #failed: (error: unknown) => void;
  /** Counter of changes of the models. */
  readonly #version = signal(0);
  /** Number of the newest request; a late answer to an older one is dropped. */
  #asked = 0;

  /** @param failed receives errors of a model that does not answer. */
  constructor(draft: Draft, next: NextWords, failed: (error: unknown) => void) {
    this.#next = next;
    this.#failed = failed;
    this.words = computed(() => {
      const likelihoods = this.#likelihoods.value;
      const caret = draft.caret.value;
      if (!likelihoods) return [];
      const words = next.likeliest(likelihoods, suggestionCount, caret.prefix.toLowerCase());
      return words.map(word => spelled(word, caret));
    });
    const before = computed(() => draft.caret.value.before);
    effect(() => {
      this.#version.value;
      void this.#ask(before.value, this.source.value);
    });
  }

  /** Asks again after a change of a model. */
  refresh(): void {
    this.#version.value += 1;
  }

  async #ask(before: string, source: WordSource): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    try {
      const likelihoods = await this.#next.after(before, source);
      if (turn !== this.#asked) return;
      this.isEmpty.value = false;
      this.#likelihoods.value = likelihoods;
      this.question.value = { id: likelihoods.id, before };
    } catch (error) {
      if (turn !== this.#asked) return;
      this.#likelihoods.value = null;
      this.question.value = null;
      this.isEmpty.value = true;
      if (!(error instanceof MurmurationError && error.code === 'hybrid.no-model')) this.#failed(error);
    }
  }
}
