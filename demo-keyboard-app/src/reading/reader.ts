import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { signal } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';

/** Shortest and longest time between two letters, ms. */
const pace = [28, 70] as const;
/** Milliseconds before a sentence is sent. */
const sendDelayMs = 450;

/** Writes sentences automatically, letter by letter, until it is stopped or has written `atOnce` of them. */
export class Reader {
  readonly isReading = signal(false);
  readonly #draft: Draft;
  readonly #sentences: readonly string[];
  readonly #atOnce: number;
  readonly #send: () => void;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  #next = 0;
  #cancel: Cancel = () => {};

  /** @param send sends the text of the draft. */
  constructor(
    draft: Draft,
    { sentences, atOnce }: { readonly sentences: readonly string[]; readonly atOnce: number },
    send: () => void,
    { clock, random }: { readonly clock: Clock; readonly random: RandomBytes },
  ) {
    this.#draft = draft;
    this.#sentences = sentences;
    this.#atOnce = atOnce;
    this.#send = send;
    this.#clock = clock;
    this.#random = random;
  }

  /** Starts with an empty field, at the sentence after the last one. */
  start(): void {
    if (this.isReading.peek()) return;
    this.isReading.value = true;
    this.#draft.clear();
    this.#read(this.#atOnce);
  }

  /** Stops at once; the written part of a sentence stays in the field. */
  stop(): void {
    this.#cancel();
    this.isReading.value = false;
  }

  #read(left: number): void {
    if (left === 0) {
      this.isReading.value = false;
      return;
    }
    const sentence = this.#sentences[this.#next % this.#sentences.length]!;
    this.#next += 1;
    this.#write(Array.from(sentence), () => {
      this.#send();
      this.#after(sendDelayMs, () => this.#read(left - 1));
    });
  }

  #write([letter, ...rest]: readonly string[], done: () => void): void {
    if (letter === undefined) {
      this.#after(sendDelayMs, done);
      return;
    }
    this.#draft.type(letter);
    const [least, most] = pace;
    this.#after(least + ((most - least) * this.#random(1)[0]!) / 255, () => this.#write(rest, done));
  }

  #after(ms: number, then: () => void): void {
    this.#cancel = this.#clock.at(this.#clock.now() + ms, then);
  }
}
