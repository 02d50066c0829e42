import { computed, signal } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import type { Key, KeyAction, Layer } from './layout.ts';

/** State of the shift key: off, on for one letter, or on until it is pressed again. */
export type Shift = 'off' | 'once' | 'lock';

/** State of the on-screen keys. */
export class KeyboardState {
  readonly layer = signal<Layer>('letters');
  readonly isUpper;
  /** Shift state that the writer chose; null follows the sentence. */
  readonly #chosen = signal<Shift | null>(null);
  readonly #draft: Draft;
  readonly #send: () => void;

  constructor(draft: Draft, send: () => void) {
    this.#draft = draft;
    this.#send = send;
    this.isUpper = computed(() => this.shift.value !== 'off');
  }

  readonly shift = computed<Shift>(() => {
    const { prefix, startsSentence } = this.#draft.caret.value;
    return this.#chosen.value ?? (prefix === '' && startsSentence ? 'once' : 'off');
  });

  press(key: Key): void {
    if ('action' in key) this.#act(key.action);
    else this.#write(key.character);
  }

  #write(character: string): void {
    this.#draft.type(this.isUpper.peek() ? character.toUpperCase() : character);
    if (this.#chosen.peek() !== 'lock') this.#chosen.value = null;
  }

  /** Cycles the shift state; if the sentence asks for a capital, the first press declines it. */
  #shift(): void {
    const isAsked = this.#chosen.peek() === null && this.shift.peek() === 'once';
    this.#chosen.value = isAsked ? 'off' : next[this.shift.peek()];
  }

  #act(action: KeyAction): void {
    switch (action) {
      case 'shift':
        this.#shift();
        return;
      case 'letters':
      case 'symbols':
        this.layer.value = action;
        return;
      case 'space':
        this.#draft.type(' ');
        this.layer.value = 'letters';
        return;
      case 'erase':
        this.#draft.erase();
        return;
      case 'send':
        this.#send();
    }
  }
}

const next = { off: 'once', once: 'lock', lock: 'off' } as const;
