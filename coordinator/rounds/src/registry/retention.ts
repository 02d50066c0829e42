import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { fileHashesOf, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { BlobStore, History } from './ports.ts';
import type { VerdictStore } from './verdicts.ts';

/** What is kept of a task; null: all. */
export interface RetentionPolicy {
  /** So many versions, the newest ones. */
  readonly versions: number | null;
  /** So many records of rounds, the newest ones. */
  readonly rounds: number | null;
  /** Records of rounds for so long after their end, ms; the newest one for ever. */
  readonly roundsFor: number | null;
}

/** ms for which blobs are spared that were put by this process: their version may be about to be committed. */
const grace = 3_600_000;

/** Deletes old versions and records, and then the files, and the verdicts of devices, that no version names. */
export class Retention {
  readonly #policy: RetentionPolicy;
  readonly #history: History;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #verdicts: Pick<VerdictStore, 'retain'>;
  /** The weight files of each model, as its `model.json` names them. */
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
   * Applies the policy to a task, one call after the other; versions of the models `inUse` are kept besides. Rows go first, so
   * that no row names a file that is gone. Throws `storage.*`, and `model.*` where a model that is kept can't be read: then no
   * file is deleted.
   */
  apply(task: TaskName, inUse: ReadonlySet<ModelHash>): Promise<void> {
    return this.#prunings.run(() => this.#prune(task, inUse));
  }

  /** Settles when nothing is being deleted. */
  settled(): Promise<void> {
    return this.#prunings.idle();
  }

  async #prune(task: TaskName, models: ReadonlySet<ModelHash>): Promise<void> {
    const { versions, rounds, roundsFor } = this.#policy;
    if (versions === null && rounds === null && roundsFor === null) return;
    const hasGone = await this.#history.prune(task, {
      versions: versions ?? Number.POSITIVE_INFINITY,
      models,
      rounds: rounds ?? Number.POSITIVE_INFINITY,
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
    await this.#blobs.sweep(named, this.#clock.now() - grace);
  }

  async #weightsOf(model: ModelHash): Promise<readonly string[]> {
    const known = this.#weights.get(model);
    if (known) return known;
    const hashes = fileHashesOf(parseModelJson(model, await this.#blobs.get(model)));
    this.#weights.set(model, hashes);
    return hashes;
  }
}
