import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { fileHashesOf, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { BlobStore, History } from './ports.ts';
import type { VerdictStore } from './verdicts.ts';

/** Rows of a task that are kept; null keeps all. */
export interface RetentionPolicy {
  /** Number of newest versions to keep. */
  readonly versions: number | null;
  /** ms for which records of rounds are kept after their end; the newest one is always kept. */
  readonly roundsFor: number | null;
}

/** ms for which blobs put by this process are spared, since their version may be about to be committed. */
const graceMs = 3_600_000;

/** Deletes old versions and records, and then the files and verdicts that no version names. */
export class Retention {
  readonly #policy: RetentionPolicy;
  readonly #history: History;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #verdicts: Pick<VerdictStore, 'retain'>;
  /** Map from a model to the weight files that its `model.json` names. */
  readonly #weights = new Map<ModelHash, readonly string[]>();
  readonly #prunings = new PromiseQueue();

  constructor(
    policy: RetentionPolicy,
    history: History,
    blobs: BlobStore,
    clock: Clock,
    verdicts: Pick<VerdictStore, 'retain'>,
  ) {
    this.#policy = policy;
    this.#history = history;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#verdicts = verdicts;
  }

  /**
   * Applies the policy to a task, one call after the other; versions of the models `inUse` are also kept.
   * Rows go first, so that no row names a deleted file. Throws `storage.*`, and `model.*` if a kept model
   * can't be read; then no file is deleted.
   */
  apply(task: TaskName, inUse: ReadonlySet<ModelHash>): Promise<void> {
    return this.#prunings.run(() => this.#prune(task, inUse));
  }

  /** Resolves once no deletion is under way. */
  settled(): Promise<void> {
    return this.#prunings.idle();
  }

  async #prune(task: TaskName, models: ReadonlySet<ModelHash>): Promise<void> {
    const { versions, roundsFor } = this.#policy;
    if (versions === null && roundsFor === null) return;
    const hasGone = await this.#history.prune(task, {
      versions: versions ?? Number.POSITIVE_INFINITY,
      models,
      roundsSince: roundsFor === null ? Number.NEGATIVE_INFINITY : this.#clock.now() - roundsFor,
    });
    if (hasGone) await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const { models, vectors } = await this.#history.references();
    await this.#verdicts.retain(models);
    const named = new Set<string>([...models, ...vectors]);
    for (const model of models) for (const weights of await this.#weightsOf(model)) named.add(weights);
    for (const model of this.#weights.keys()) if (!models.has(model)) this.#weights.delete(model);
    await this.#blobs.sweep(named, this.#clock.now() - graceMs);
  }

  async #weightsOf(model: ModelHash): Promise<readonly string[]> {
    const known = this.#weights.get(model);
    if (known) return known;
    const hashes = fileHashesOf(parseModelJson(model, await this.#blobs.get(model)));
    this.#weights.set(model, hashes);
    return hashes;
  }
}
