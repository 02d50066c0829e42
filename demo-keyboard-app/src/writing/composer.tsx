import { effect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SendIcon } from '../design/icons.tsx';
import type { Draft } from '../draft/draft.ts';
import { longestSentence } from '../examples/typing-log.ts';
import type { Reader } from '../reading/reader.ts';
import { strings } from '../strings/strings.ts';
import type { SuggestionBar } from '../suggestions/suggestion-bar.ts';

interface Shown {
  readonly draft: Draft;
  readonly suggestions: SuggestionBar;
  readonly reader: Reader;
  /** Sends the text of the field. */
  send(): void;
}

/** Text field for both on-screen and real keys. */
export function Composer({ draft, suggestions, reader, send }: Shown) {
  const field = useRef<HTMLTextAreaElement>(null);
  /** True after Esc: the next Tab leaves the field. */
  const leaves = useRef(false);

  // A layout effect, since a key pressed before the next frame would be added to the old text.
  useLayoutEffect(
    () =>
      effect(() => {
        const text = draft.text.value;
        const [start, end] = draft.selection.value;
        const element = field.current;
        if (!element) return;
        if (element.value !== text) element.value = text;
        if (element.selectionStart !== start || element.selectionEnd !== end)
          element.setSelectionRange(start, end);
        element.scrollTop = element.scrollHeight;
      }),
    [draft],
  );

  const take = () => {
    const { value, selectionStart, selectionEnd } = field.current!;
    if (reader.isReading.peek()) reader.stop();
    draft.take(value, selectionStart, selectionEnd);
  };
  const select = () => draft.select(field.current!.selectionStart, field.current!.selectionEnd);

  const onKeyDown = (event: KeyboardEvent) => {
    const words = suggestions.words.peek();
    const chosen = event.altKey ? words[['Digit1', 'Digit2', 'Digit3'].indexOf(event.code)] : undefined;
    const isPlainTab = event.key === 'Tab' && !event.shiftKey && !event.altKey && !event.ctrlKey;
    if (chosen) {
      event.preventDefault();
      draft.accept(chosen);
    } else if (isPlainTab && !leaves.current && draft.text.peek() !== '' && words[0]) {
      event.preventDefault();
      draft.accept(words[0]);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
    leaves.current = event.key === 'Escape';
  };

  return (
    <div class="composer">
      <label class="hidden" for="field">
        {strings.writing.field}
      </label>
      <textarea
        id="field"
        ref={field}
        rows={2}
        maxLength={longestSentence}
        placeholder={strings.writing.placeholder}
        inputMode="none"
        enterkeyhint="send"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby="tab-hint"
        onInput={take}
        onSelect={select}
        onKeyDown={onKeyDown}
      />
      <p id="tab-hint" class="hidden">
        {strings.writing.tabHint}
      </p>
      <button
        type="button"
        class="send"
        aria-label={strings.writing.send}
        title={strings.writing.send}
        disabled={draft.text.value.trim() === ''}
        onClick={send}
      >
        <SendIcon />
      </button>
    </div>
  );
}
