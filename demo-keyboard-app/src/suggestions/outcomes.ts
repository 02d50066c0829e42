import { effect } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import type { Question, SuggestionBar } from './suggestion-bar.ts';

/** What a writer made of suggestions: took one, took one and changed it, wrote another word. */
export type Outcome = 'accepted' | 'corrected' | 'ignored';

/** A suggestion that was taken, and may still be changed. */
interface Taken {
  readonly id: string;
  /** The text up to the end of the word. */
  readonly text: string;
  /** The same with what came with the word. */
  readonly before: string;
}

/** Tells what becomes of the words over the keys, once for each place in a text. */
export class Outcomes {
  readonly #draft: Draft;
  readonly #tell: (id: string, outcome: Outcome) => void;
  #asked: Question | null = null;
  /** Id of the newest prediction that was asked: each of them is asked once. */
  #last: string | undefined;
  #taken: Taken | null = null;

  /** `tell` hears the id of a prediction, and its outcome. */
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

  /** The text is sent as it stands: nothing of it changes any more. Before it is cleared. */
  sent(): void {
    if (this.#taken) this.#tell(this.#taken.id, 'accepted');
    else if (this.#asked && this.#draft.caret.peek().prefix !== '') this.#tell(this.#asked.id, 'ignored');
    this.leave();
  }

  /** The text goes, and nobody has made anything of what was suggested. */
  leave(): void {
    this.#taken = null;
    this.#asked = null;
  }

  /** The caret stands behind other text than before. */
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
