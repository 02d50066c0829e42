import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { signal } from '@preact/signals';

/** Number of newest sentences kept. */
const maxSentences = 1_000;
/** Most characters kept of a sentence. */
export const longestSentence = 500;

const sentencesKey = 'app.typed';

/** Sentences written here, in order. They are stored on this device and never sent. */
export class TypingLog {
  readonly sentences = signal<readonly string[]>([]);
  readonly #storage: Storage;
  /** Runs writes one after another. */
  readonly #writes = new PromiseQueue();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Reads the stored sentences; ignores damaged ones. */
  async open(): Promise<void> {
    const bytes = await this.#storage.get(sentencesKey);
    this.sentences.value = bytes ? sentencesIn(bytes) : [];
  }

  /** Adds a sentence; it is durable when this resolves. */
  async add(sentence: string): Promise<void> {
    const kept = sentence.trim().slice(0, longestSentence);
    if (kept === '') return;
    this.sentences.value = [...this.sentences.peek(), kept].slice(-maxSentences);
    await this.#write();
  }

  /** Clears the shown sentences; the owner of the storage erases it. */
  forget(): void {
    this.sentences.value = [];
  }

  #write(): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(this.sentences.peek()));
    return this.#writes.run(() => this.#storage.put(sentencesKey, bytes));
  }
}

function sentencesIn(bytes: Uint8Array): readonly string[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) ? value.filter(each => typeof each === 'string').slice(-maxSentences) : [];
  } catch {
    return [];
  }
}
