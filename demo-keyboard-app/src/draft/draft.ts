import { computed, signal } from '@preact/signals';
import { caretIn } from './text.ts';

/** Marks that take no space before them. */
const CLOSE = /^[.,!?;:…]$/;

/** Text being written, with its caret. */
export class Draft {
  readonly text = signal('');
  /** Selection, in UTF-16 units; start and end are equal if nothing is selected. */
  readonly selection = signal<readonly [start: number, end: number]>([0, 0]);
  /** Words around the caret. */
  readonly caret = computed(() => caretIn(this.text.value, this.selection.value[0]));
  /** Position behind the space that came with a suggestion; −1 if there is none. */
  #ownSpace = -1;
  #accepted: { readonly before: string; readonly word: string } | null = null;

  /** Suggestion that was accepted last, and the text before it. */
  get accepted(): { readonly before: string; readonly word: string } | null {
    return this.#accepted;
  }

  /** Takes the current contents of a text field. */
  take(text: string, start: number, end: number): void {
    const [was] = this.selection.peek();
    const isMark = text.length === this.text.peek().length + 1 && start === was + 1;
    const typed = text.charAt(was);
    if (isMark && was === this.#ownSpace && CLOSE.test(typed)) {
      this.#set(`${text.slice(0, was - 1)}${typed} ${text.slice(start)}`, was + 1);
      return;
    }
    this.text.value = text;
    this.select(start, end);
  }

  select(start: number, end: number): void {
    const [wasStart, wasEnd] = this.selection.peek();
    if (start !== wasStart || end !== wasEnd) this.selection.value = [start, end];
    this.#ownSpace = start === this.#ownSpace ? start : -1;
  }

  /** Replaces the selection by characters, as a key does. */
  type(characters: string): void {
    const [start, end] = this.selection.peek();
    const text = this.text.peek();
    this.take(
      text.slice(0, start) + characters + text.slice(end),
      start + characters.length,
      start + characters.length,
    );
  }

  /** Deletes the selection, or the character before the caret. */
  erase(): void {
    const [start, end] = this.selection.peek();
    const text = this.text.peek();
    const from = start < end ? start : start - (Array.from(text.slice(0, start)).at(-1)?.length ?? 0);
    this.#set(text.slice(0, from) + text.slice(end), from);
  }

  /** Replaces the current word's prefix by a suggested word, followed by a space. */
  accept(word: string): void {
    const { before } = this.caret.peek();
    const rest = this.text.peek().slice(this.selection.peek()[1]);
    const at = before.length + word.length + 1;
    this.#accepted = { before, word };
    this.#set(`${before}${word}${rest.startsWith(' ') ? '' : ' '}${rest}`, at);
    this.#ownSpace = at;
  }

  clear(): void {
    this.#accepted = null;
    this.#set('', 0);
  }

  #set(text: string, at: number): void {
    this.#ownSpace = -1;
    this.text.value = text;
    this.selection.value = [at, at];
  }
}
