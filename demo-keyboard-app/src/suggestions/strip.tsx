import type { Draft } from '../draft/draft.ts';
import { strings } from '../strings/strings.ts';
import { type SuggestionBar, suggestionCount } from './suggestion-bar.ts';

interface Shown {
  readonly suggestions: SuggestionBar;
  readonly draft: Draft;
}

/** Three places over the keys; places without a word stay, so that nothing moves under a finger. */
export function Strip({ suggestions, draft }: Shown) {
  const words = suggestions.words.value;
  return (
    <fieldset class={`strip ${suggestions.source.value}`} aria-label={strings.suggestions.label}>
      {suggestions.isEmpty.value ? (
        <p>{strings.suggestions.empty[suggestions.source.value]}</p>
      ) : (
        Array.from({ length: suggestionCount }, (_, i) => {
          const word = words[i];
          return (
            <button
              key={i}
              type="button"
              class="suggestion"
              disabled={word === undefined}
              aria-label={word === undefined ? strings.suggestions.none : undefined}
              aria-keyshortcuts={`Alt+${i + 1}`}
              onPointerDown={keepFocus}
              onClick={() => word !== undefined && draft.accept(word)}
            >
              {word}
            </button>
          );
        })
      )}
    </fieldset>
  );
}

/** Keeps the caret in the text field. */
function keepFocus(event: Event): void {
  event.preventDefault();
}
