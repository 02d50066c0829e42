import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { computed, effect, signal } from '@preact/signals';
import type { Likelihoods } from '../../task/typing/ranking.ts';
import type { Draft } from '../draft/draft.ts';
import { spelled } from '../draft/text.ts';
import type { NextWords, Source } from './next-words.ts';

/** Suggestions over the keys. */
export const shown = 3;

/** The prediction whose words stand over the keys, and the text that they follow. */
export interface Question {
  readonly id: string;
  readonly before: string;
}

/** The words over the keys: what the chosen model holds likeliest at the caret, as far as the writer's letters allow. */
export class SuggestionBar {
  readonly source = signal<Source>('hybrid');
  /** Whether the chosen model has nothing to answer with yet. */
  readonly isEmpty = signal(false);
  /** null: nothing is suggested. */
  readonly question = signal<Question | null>(null);
  readonly #likelihoods = signal<Likelihoods | null>(null);
  readonly words;
  readonly #next: NextWords;
  readonly #failed: (error: unknown) => void;
  /** Counts up when the models change. */
  readonly #version = signal(0);
  /** The question whose answer is shown next: an older one that comes later is dropped. */
  #asked = 0;

  /** `failed` hears of a model that does not answer. */
  constructor(draft: Draft, next: NextWords, failed: (error: unknown) => void) {
    this.#next = next;
    this.#failed = failed;
    this.words = computed(() => {
      const likelihoods = this.#likelihoods.value;
      const caret = draft.caret.value;
      if (!likelihoods) return [];
      const words = next.likeliest(likelihoods, shown, caret.prefix.toLowerCase());
      return words.map(word => spelled(word, caret));
    });
    const before = computed(() => draft.caret.value.before);
    effect(() => {
      this.#version.value;
      void this.#ask(before.value, this.source.value);
    });
  }

  /** Asks again, since a model has changed. */
  refresh(): void {
    this.#version.value += 1;
  }

  async #ask(before: string, source: Source): Promise<void> {
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
