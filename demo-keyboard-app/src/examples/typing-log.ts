import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { signal } from '@preact/signals';

/** Sentences that are kept, the newest ones. */
const most = 1_000;
/** Characters of a sentence that are kept. */
export const longestSentence = 500;

const name = 'app.typed';

/** What was written here, in the order of writing. It is stored on this device and never sent. */
export class TypingLog {
  readonly sentences = signal<readonly string[]>([]);
  readonly #storage: Storage;
  /** Writes one after the other, so that none overtakes. */
  readonly #writes = new PromiseQueue();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Reads what was written before; whatever is damaged counts as nothing. */
  async open(): Promise<void> {
    const bytes = await this.#storage.get(name);
    this.sentences.value = bytes ? sentencesIn(bytes) : [];
  }

  /** Durable when it returns. */
  async add(sentence: string): Promise<void> {
    const kept = sentence.trim().slice(0, longestSentence);
    if (kept === '') return;
    this.sentences.value = [...this.sentences.peek(), kept].slice(-most);
    await this.#write();
  }

  /** Forgets all that is shown; the storage is erased by whoever owns it. */
  forget(): void {
    this.sentences.value = [];
  }

  #write(): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(this.sentences.peek()));
    return this.#writes.run(() => this.#storage.put(name, bytes));
  }
}

function sentencesIn(bytes: Uint8Array): readonly string[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) ? value.filter(each => typeof each === 'string').slice(-most) : [];
  } catch {
    return [];
  }
}
