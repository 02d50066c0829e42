import { computed, signal } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import type { Key, KeyAction, Layer } from './layout.ts';

/** Off; for one letter; for all letters until it is pressed again. */
export type Shift = 'off' | 'once' | 'lock';

/** The keys on the screen, and what pressing them does. */
export class KeyboardState {
  readonly layer = signal<Layer>('letters');
  readonly isUpper;
  /** What the writer chose; null: as the sentence asks for. */
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

  /** Where the sentence asks for a capital, the first press declines it. */
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
