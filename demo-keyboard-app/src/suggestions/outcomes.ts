import { effect } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import type { ShownPrediction, SuggestionBar } from './suggestion-bar.ts';

/** Outcome of a suggestion: accepted, accepted and changed, or another word written. */
type Outcome = 'accepted' | 'corrected' | 'ignored';

/** Suggestion that was accepted, and may still be changed. */
interface Taken {
  readonly id: string;
  /** Text up to the end of the word. */
  readonly text: string;
  /** Text up to the caret, including characters added with the word. */
  readonly before: string;
}

/** Reports the outcomes of suggestions, once for each place in a text. */
export class Outcomes {
  readonly #draft: Draft;
  readonly #tell: (id: string, outcome: Outcome) => void;
  #asked: ShownPrediction | null = null;
  /** Id of the newest prediction; each prediction is used once. */
  #last: string | undefined;
  #taken: Taken | null = null;

  /** @param tell receives the id of a prediction, and its outcome. */
  constructor(
    draft: Draft,
    suggestions: Pick<SuggestionBar, 'question'>,
    tell: (id: string, outcome: Outcome) => void,
  ) {
    this.#draft = draft;
    this.#tell = tell;
    effect(() => {
      const { before } = draft.caret.value;
      const question = suggestions.question.value;
      this.#move(before);
      if (question?.before !== before || question.id === this.#last) return;
      this.#asked = question;
      this.#last = question.id;
    });
  }

  /** Reports the outcome when the text is sent unchanged; called before the draft is cleared. */
  sent(): void {
    if (this.#taken) this.#tell(this.#taken.id, 'accepted');
    else if (this.#asked && this.#draft.caret.peek().prefix !== '') this.#tell(this.#asked.id, 'ignored');
    this.leave();
  }

  /** Drops the text without an outcome. */
  leave(): void {
    this.#taken = null;
    this.#asked = null;
  }

  /** Reacts to a change of the text before the caret. */
  #move(before: string): void {
    const taken = this.#taken;
    if (taken && before !== taken.before) {
      this.#tell(taken.id, before.startsWith(taken.text) ? 'accepted' : 'corrected');
      this.#taken = null;
    }
    const asked = this.#asked;
    if (!asked || before === asked.before) return;
    this.#asked = null;
    if (!before.startsWith(asked.before)) return;
    const { accepted } = this.#draft;
    const text = accepted?.before === asked.before ? accepted.before + accepted.word : undefined;
    if (text !== undefined && before.startsWith(text)) this.#taken = { id: asked.id, text, before };
    else this.#tell(asked.id, 'ignored');
  }
}
