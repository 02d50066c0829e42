import { utf8 } from '@murmuration/protocol/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids';
import { parseJson } from '@murmuration/protocol/json';
import { mostVerdicts, type Verdict, verdict } from '@murmuration/protocol/messages/check-in';
import * as z from 'zod/mini';
import type { Storage } from '../storage/storage.ts';

/** Versions whose verdict is remembered, the newest ones. */
const remembered = 16;

const saved = z.object({
  judged: z.array(verdict),
  /** How many of the newest the coordinator has not heard of. */
  untold: z.number(),
});

/** What the device found out about the versions of a task, and what of that the coordinator has not heard yet. */
export class Verdicts {
  readonly #storage: Storage;
  readonly #name: string;
  #loaded: Promise<void> | undefined;
  /** The oldest first. */
  #judged: readonly Verdict[] = [];
  #untold = 0;

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#name = `verdicts.${task}`;
  }

  /** The first verdict on a version; undefined where there is none, or not any more. */
  async on(model: ModelHash): Promise<Verdict['verdict'] | undefined> {
    await this.#load();
    return this.#judged.find(each => each.model === model)?.verdict;
  }

  /** Keeps a verdict; only the first one on a version counts. */
  async add(next: Verdict): Promise<void> {
    if (await this.on(next.model)) return;
    this.#judged = [...this.#judged, next].slice(-remembered);
    this.#untold = Math.min(this.#untold + 1, mostVerdicts);
    await this.#save();
  }

  /** Those for the next check-in, the newest; undefined where there are none. */
  async untold(): Promise<Verdict[] | undefined> {
    await this.#load();
    return this.#untold > 0 ? this.#judged.slice(-this.#untold) : undefined;
  }

  /** The coordinator has taken these. */
  async told(verdicts: readonly Verdict[]): Promise<void> {
    const last = verdicts.at(-1);
    if (!last) return;
    const since = this.#judged.length - 1 - this.#judged.findLastIndex(({ model }) => model === last.model);
    this.#untold = Math.min(this.#untold, since);
    await this.#save();
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  /** What is damaged counts as nothing: a version is judged once more. */
  async #read(): Promise<void> {
    const bytes = await this.#storage.get(this.#name);
    const parsed = z.safeParse(saved, bytes && parseJson(bytes), { jitless: true });
    if (!parsed.success) return;
    this.#judged = parsed.data.judged.slice(-remembered);
    this.#untold = Math.max(0, Math.min(parsed.data.untold, mostVerdicts, this.#judged.length));
  }

  #save(): Promise<void> {
    return this.#storage.put(
      this.#name,
      utf8(JSON.stringify({ judged: this.#judged, untold: this.#untold })),
    );
  }
}
