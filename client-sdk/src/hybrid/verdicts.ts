import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelHash } from '@murmuration/protocol/messages/scalars';
import type { Verdict } from '@murmuration/protocol/weights/quantize';
import * as z from 'zod/mini';
import type { Storage } from '../storage/storage.ts';

/** Versions whose verdict is remembered, the newest ones. */
const remembered = 16;

const judgement = z.object({
  model: modelHash,
  verdict: z.enum(['kept', 'refused']),
  /** Whether an update has brought it. */
  isTold: z.boolean(),
});
type Judgement = z.infer<typeof judgement>;

/** What the device found out about the versions of a task, on examples of its own that no training saw. */
export class Verdicts {
  readonly #storage: Storage;
  readonly #name: string;
  #loaded: Promise<void> | undefined;
  /** The oldest first. */
  #judged: readonly Judgement[] = [];

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#name = `verdicts.${task}`;
  }

  /** The first verdict on a version; undefined where there is none, or not any more. */
  async on(model: ModelHash): Promise<Verdict | undefined> {
    await this.#load();
    return this.#judged.find(each => each.model === model)?.verdict;
  }

  /** Keeps a verdict; only the first one on a version counts. */
  async add(model: ModelHash, verdict: Verdict): Promise<void> {
    if (await this.on(model)) return;
    this.#judged = [...this.#judged, { model, verdict, isTold: false }].slice(-remembered);
    await this.#save();
  }

  /**
   * The verdict on a version for an update to bring, once: it counts as told when this returns, durably, whatever becomes of the update.
   * Undefined where there is none, or none any more.
   */
  async tell(model: ModelHash): Promise<Verdict | undefined> {
    await this.#load();
    const found = this.#judged.find(each => each.model === model);
    if (!found || found.isTold) return undefined;
    this.#judged = this.#judged.map(each => (each === found ? { ...each, isTold: true } : each));
    await this.#save();
    return found.verdict;
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  /** What is damaged counts as nothing: a version is judged once more. */
  async #read(): Promise<void> {
    const bytes = await this.#storage.get(this.#name);
    const parsed = z.safeParse(z.array(judgement), bytes && parseJson(bytes), { jitless: true });
    if (parsed.success) this.#judged = parsed.data.slice(-remembered);
  }

  #save(): Promise<void> {
    return this.#storage.put(this.#name, utf8(JSON.stringify(this.#judged)));
  }
}
