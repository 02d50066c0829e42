import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelHash } from '@murmuration/protocol/messages/scalars';
import type { Verdict } from '@murmuration/protocol/weights/quantize';
import * as z from 'zod/mini';
import type { Storage } from '../storage/storage.ts';

/** Most versions whose verdict is remembered: the newest. */
const maxVerdicts = 16;

const judgement = z.object({
  model: modelHash,
  verdict: z.enum(['kept', 'refused']),
  /** True if an update has carried it. */
  isTold: z.boolean(),
});
type Judgement = z.infer<typeof judgement>;

/** Verdicts of the device on a task's versions, from examples of its own that no training saw. */
export class Verdicts {
  readonly #storage: Storage;
  readonly #name: string;
  #loaded: Promise<void> | undefined;
  /** Verdicts, the oldest first. */
  #judged: readonly Judgement[] = [];

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#name = `verdicts.${task}`;
  }

  /** Returns the first verdict on a version; undefined if there is none, or it was dropped. */
  async on(model: ModelHash): Promise<Verdict | undefined> {
    await this.#load();
    return this.#judged.find(each => each.model === model)?.verdict;
  }

  /** Stores a verdict; only the first one on a version counts. */
  async add(model: ModelHash, verdict: Verdict): Promise<void> {
    if (await this.on(model)) return;
    this.#judged = [...this.#judged, { model, verdict, isTold: false }].slice(-maxVerdicts);
    await this.#save();
  }

  /**
   * Returns the verdict on a version for an update to carry, once: when this returns it is marked as sent,
   * durably, whatever becomes of the update. Undefined if there is none, or it was dropped.
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

  /** Reads the verdicts; damaged ones are dropped, and versions judged again. */
  async #read(): Promise<void> {
    const bytes = await this.#storage.get(this.#name);
    const parsed = z.safeParse(z.array(judgement), bytes && parseJson(bytes), { jitless: true });
    if (parsed.success) this.#judged = parsed.data.slice(-maxVerdicts);
  }

  #save(): Promise<void> {
    return this.#storage.put(this.#name, utf8(JSON.stringify(this.#judged)));
  }
}
