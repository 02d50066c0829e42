import type { Signal } from '@preact/signals';
import { words } from './words.ts';

/** Most words that are shown. */
const mostShown = 60;

interface Listed {
  readonly word: string;
  /** Text beside the word. */
  readonly note?: string;
}

interface Shown {
  readonly label: string;
  readonly listed: readonly Listed[];
  /** Total number of words, including those not listed; by default the listed ones. */
  readonly of?: number;
  readonly chosen: Signal<readonly string[]>;
  readonly isDisabled: boolean;
}

/** List from which words are chosen. */
export function WordChoice({ label, listed, of = listed.length, chosen, isDisabled }: Shown) {
  const choose = (word: string, isChosen: boolean) => {
    const others = chosen.value.filter(each => each !== word);
    chosen.value = isChosen ? [...others, word] : others;
  };
  const shown = listed.slice(0, mostShown);
  return (
    <>
      <ul class="word-choice" aria-label={label}>
        {shown.map(({ word, note }) => (
          <li key={word}>
            <label>
              <input
                type="checkbox"
                checked={chosen.value.includes(word)}
                disabled={isDisabled}
                onChange={({ currentTarget }) => choose(word, currentTarget.checked)}
              />
              <bdi>{word}</bdi>
              {note !== undefined && <span class="muted word-note"> {note}</span>}
            </label>
          </li>
        ))}
      </ul>
      {of > shown.length && <p class="muted">{words.vocabulary.more(of - shown.length)}</p>}
    </>
  );
}
