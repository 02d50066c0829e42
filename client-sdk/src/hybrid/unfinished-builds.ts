import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelHash } from '@murmuration/protocol/messages/scalars';
import * as z from 'zod/mini';
import type { Storage } from '../storage/storage.ts';

/** Most models remembered as interrupted builds: the newest. */
const maxBuilds = 16;

const list = z.array(modelHash);

/**
 * Marks a task's model in the storage while it is being built. If the app ends meanwhile, such as by hanging,
 * the next start finds the mark and never builds that model again: it would hang each start.
 */
export class UnfinishedBuilds {
  readonly #storage: Storage;
  readonly #marks: string;
  readonly #refusals: string;
  readonly #queue = new PromiseQueue();
  #now: readonly ModelHash[] = [];
  #refused: readonly ModelHash[] = [];

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#marks = `building.${task}`;
    this.#refusals = `unbuilt.${task}`;
  }

  /** Returns the models that the last run was building when it ended; call it before any build. */
  async find(): Promise<readonly ModelHash[]> {
    const found = (await this.#read(this.#marks)).filter(hash => !this.#now.includes(hash));
    this.#refused = await this.#read(this.#refusals);
    if (found.length === 0) return [];
    this.#refused = [...this.#refused.filter(hash => !found.includes(hash)), ...found].slice(-maxBuilds);
    await this.#storage.put(this.#refusals, utf8(JSON.stringify(this.#refused)));
    await this.#storage.delete(this.#marks);
    return found;
  }

  /** Returns true if a run ended while it was building the model. */
  has(model: ModelHash): boolean {
    return this.#refused.includes(model);
  }

  /** Marks the model while `build` runs. Throws `model.unfinished` for a model that a run ended on. */
  async during<Built>(model: ModelHash, build: () => Promise<Built>): Promise<Built> {
    if (this.has(model)) throw unfinished(model);
    await this.#mark([...this.#now, model]);
    try {
      return await build();
    } finally {
      const at = this.#now.indexOf(model);
      await this.#mark(this.#now.filter((_, i) => i !== at));
    }
  }

  /** Writes the marks; errors are ignored, since a full storage must not keep a model from serving. */
  #mark(models: readonly ModelHash[]): Promise<void> {
    this.#now = models;
    return this.#queue
      .run(() =>
        this.#now.length > 0
          ? this.#storage.put(this.#marks, utf8(JSON.stringify(this.#now)))
          : this.#storage.delete(this.#marks),
      )
      .catch(() => {});
  }

  /** Returns a stored list; empty if damaged. */
  async #read(name: string): Promise<readonly ModelHash[]> {
    const bytes = await this.#storage.get(name);
    const parsed = z.safeParse(list, bytes && parseJson(bytes), { jitless: true });
    return parsed.success ? parsed.data : [];
  }
}

export function unfinished(model: ModelHash): MurmurationError {
  return new MurmurationError(
    'model.unfinished',
    `The app ended while it was building the model ${model}; it goes on with the one before.`,
  );
}
