import type { Hybrid } from '@murmuration/client-sdk/hybrid/hybrid';
import { MurmurationError } from '@murmuration/protocol/errors';
import { computed, effect, signal } from '@preact/signals';
import type { Vocabulary } from '../../task/vocabulary.ts';
import type { Draft } from '../draft/draft.ts';
import { spelled } from '../draft/text.ts';
import { likeliestWords } from './ranking.ts';

/** Whose suggestions are shown. */
export type Source = 'global' | 'personal' | 'hybrid';
export const sources: readonly Source[] = ['global', 'personal', 'hybrid'];

/** Suggestions over the keys. */
export const shown = 3;

/** The words over the keys: what the chosen model holds likeliest at the caret, as far as the writer's letters allow. */
export class SuggestionBar {
  readonly source = signal<Source>('hybrid');
  /** Whether the chosen model has nothing to answer with yet. */
  readonly isEmpty = signal(false);
  readonly #probabilities = signal<Float32Array | null>(null);
  readonly words;
  readonly #hybrid: Pick<Hybrid, 'predict'>;
  readonly #failed: (error: unknown) => void;
  /** Counts up when the models change. */
  readonly #version = signal(0);
  /** The question whose answer is shown next: an older one that comes later is dropped. */
  #asked = 0;

  /** `failed` hears of a model that does not answer. */
  constructor(
    draft: Draft,
    hybrid: Pick<Hybrid, 'predict'>,
    vocabulary: Vocabulary,
    failed: (error: unknown) => void,
  ) {
    this.#hybrid = hybrid;
    this.#failed = failed;
    this.words = computed(() => {
      const probabilities = this.#probabilities.value;
      const caret = draft.caret.value;
      if (!probabilities) return [];
      const words = likeliestWords(probabilities, vocabulary, shown, caret.prefix.toLowerCase());
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
      const { values } = await this.#hybrid.predict(before, source);
      if (turn !== this.#asked) return;
      this.isEmpty.value = false;
      this.#probabilities.value = values;
    } catch (error) {
      if (turn !== this.#asked) return;
      this.#probabilities.value = null;
      this.isEmpty.value = true;
      if (!(error instanceof MurmurationError && error.code === 'hybrid.no-model')) this.#failed(error);
    }
  }
}
