import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { signal } from '@preact/signals';
import { numberToken, tokensOf } from '../../task/tokens.ts';
import { completeWords } from '../draft/text.ts';
import { type NextWords, sources, type WordSource } from '../suggestions/next-words.ts';

/**
 * Number of words, of `words` words written here, that each model suggested first, and among its first three.
 */
interface Tally {
  readonly words: number;
  readonly hits: Readonly<Record<WordSource, Hits>>;
}

interface Hits {
  readonly top1: number;
  readonly top3: number;
}

const none: Hits = { top1: 0, top3: 0 };
const empty: Tally = { words: 0, hits: { global: none, personal: none, hybrid: none } };
const tallyKey = 'app.recall';

/**
 * Compares the three models on the text written here: each predicts each word once, as soon as it is
 * complete, from the text before it. A model without an answer has missed it.
 */
export class RecallTally {
  readonly tally = signal<Tally>(empty);
  readonly #next: NextWords;
  readonly #storage: Storage;
  /** Words of the current sentence that were counted. */
  #counted = 0;
  readonly #queue = new PromiseQueue();

  constructor(next: NextWords, storage: Storage) {
    this.#next = next;
    this.#storage = storage;
  }

  /** Reads the stored counts; ignores damaged ones. */
  async open(): Promise<void> {
    const bytes = await this.#storage.get(tallyKey);
    this.tally.value = (bytes && tallyIn(bytes)) ?? empty;
  }

  /** Counts new words while a sentence is written; a word that is rewritten keeps its first score. */
  writing(text: string): void {
    this.#count(text, false);
  }

  /** Counts a complete sentence; resolves once all its words are counted and stored. */
  async sent(text: string): Promise<void> {
    this.#count(text, true);
    this.#counted = 0;
    await this.#queue.run(() => this.#store());
  }

  /** Resets the counts; the owner of the storage erases it. */
  forget(): void {
    this.#counted = 0;
    this.tally.value = empty;
  }

  #count(text: string, isSent: boolean): void {
    const words = completeWords(text, isSent);
    if (text === '') this.#counted = 0;
    for (const { word, at } of words.slice(this.#counted)) {
      const [target, ...others] = tokensOf(word);
      if (target === undefined || target === numberToken || others.length > 0) continue;
      void this.#queue.run(() => this.#ask(text.slice(0, at), target));
    }
    this.#counted = Math.max(this.#counted, words.length);
  }

  async #ask(before: string, target: string): Promise<void> {
    const found = await Promise.all(
      sources.map(async source => [source, await this.#hitsOf(before, source, target)] as const),
    );
    const { words, hits } = this.tally.peek();
    const entries = found.map(([source, more]) => {
      const { top1, top3 } = hits[source];
      return [source, { top1: top1 + more.top1, top3: top3 + more.top3 }] as const;
    });
    this.tally.value = { words: words + 1, hits: Object.fromEntries(entries) as Record<WordSource, Hits> };
  }

  async #hitsOf(before: string, source: WordSource, target: string): Promise<Hits> {
    try {
      const suggested = this.#next.likeliest(await this.#next.after(before, source), 3);
      const place = suggested.findIndex(word => word.toLowerCase() === target);
      return { top1: Number(place === 0), top3: Number(place >= 0) };
    } catch {
      return none;
    }
  }

  async #store(): Promise<void> {
    await this.#storage.put(tallyKey, new TextEncoder().encode(JSON.stringify(this.tally.peek())));
  }
}

function tallyIn(bytes: Uint8Array): Tally | undefined {
  try {
    const { words, hits } = JSON.parse(new TextDecoder().decode(bytes)) as Tally;
    const counts = sources.flatMap(source => [hits[source].top1, hits[source].top3]);
    return [words, ...counts].every(count => Number.isSafeInteger(count) && count >= 0)
      ? { words, hits }
      : undefined;
  } catch {
    return undefined;
  }
}
