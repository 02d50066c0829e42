import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { LoadedModel, Runtime } from '../runtime/runtime.ts';
import { type ModelContent, type ModelSource, type ServedModel, sizeOfContent } from '../source/source.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { Batcher } from './batcher.ts';
import type { InferenceEvents } from './events.ts';
import { Popularity } from './popularity.ts';
import type { Batching, Memory } from './settings.ts';
import { ModelStatistics } from './statistics.ts';
import type { Turns } from './turns.ts';
import { warmUp } from './warm-up.ts';

/** Version in memory. */
export interface Resident {
  readonly model: ServedModel;
  readonly platform: ModelContent['platform'];
  readonly loaded: LoadedModel;
  readonly batcher: Batcher;
  readonly statistics: ModelStatistics;
  /** Number of unanswered requests: it stays in memory while there are any. */
  leases: number;
  /** Milliseconds since 1970. */
  lastUsed: number;
}

export interface ResidentPorts {
  readonly source: ModelSource;
  readonly runtimes: readonly Runtime[];
  /** Returns the transformer of a model. */
  readonly transformers: (model: string) => Transformer | undefined;
  readonly batching: Batching;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly events: InferenceEvents;
}

/** Milliseconds before a model that failed to load is tried again. */
const reloadMs = 2_000;
/** Milliseconds before a model is tried again that kept its thread busy, or broke it. */
const pauseOfHung = 3_600_000;
/** Maximum versions whose statistics are kept; the oldest that are not in memory are forgotten first. */
const mostStatistics = 4_096;

/**
 * Models in memory, by the hash of their content. Loads versions on demand, and unloads the least requested
 * ones if there is no room.
 */
export class Residents {
  readonly #ports: ResidentPorts;
  readonly #ready = new Map<ModelHash, Resident>();
  readonly #popularity = new Popularity();
  readonly #loading = new Map<ModelHash, Promise<Resident>>();
  readonly #failures = new BoundedMap<ModelHash, { readonly error: unknown; readonly until: number }>(
    mostStatistics,
  );
  readonly #statistics = new Map<ModelHash, ModelStatistics>();
  readonly #recovering = new Set<Promise<unknown>>();
  /** Last load: loads run one after the other, so that none takes the room that another made. */
  #last: Promise<unknown> = Promise.resolve();
  #used = 0;
  #freed: (() => void)[] = [];
  #idle: Cancel | undefined;
  #isClosed = false;

  constructor(ports: ResidentPorts) {
    this.#ports = ports;
  }

  /** Bytes of all models in memory. */
  get used(): number {
    return this.#used;
  }

  get all(): readonly Resident[] {
    return [...this.#ready.values()];
  }

  /** Returns why the last attempt to load a version failed; undefined if it did not, or none was made. */
  failure(hash: ModelHash): string | undefined {
    const failed = this.#failures.get(hash);
    return (
      failed && (failed.error instanceof MurmurationError ? failed.error.detail : messageOf(failed.error))
    );
  }

  isReady(hash: ModelHash): boolean {
    return this.#ready.has(hash);
  }

  /** True while lost models are being loaded again. */
  get isRecovering(): boolean {
    return this.#recovering.size > 0;
  }

  isLoading(hash: ModelHash): boolean {
    return this.#loading.has(hash);
  }

  statisticsOf(hash: ModelHash): ModelStatistics {
    let found = this.#statistics.get(hash);
    if (!found) {
      found = new ModelStatistics();
      this.#statistics.set(hash, found);
      for (const old of this.#statistics.keys()) {
        if (this.#statistics.size <= mostStatistics) break;
        if (!this.#ready.has(old) && old !== hash) this.#statistics.delete(old);
      }
    }
    return found;
  }

  /**
   * Takes a version in memory for one request, which counts for its popularity unless `hasCounted`; `release`
   * gives it back. Undefined if it must be loaded.
   */
  take(hash: ModelHash, hasCounted = false): Resident | undefined {
    const resident = this.#ready.get(hash);
    if (!hasCounted) {
      // Counted even before loading, or the version would be unloaded at once.
      const statistics = resident?.statistics ?? this.statisticsOf(hash);
      statistics.popularity = this.#popularity.asked(statistics.popularity);
    }
    if (!resident) return undefined;
    resident.leases += 1;
    resident.lastUsed = this.#ports.clock.now();
    return resident;
  }

  release(resident: Resident): void {
    resident.leases -= 1;
    if (resident.leases === 0) this.#wake();
  }

  /**
   * Loads a version, unless it is in memory. Throws errors of loading; for a while after a failure, throws
   * the same error without a new try.
   */
  async load(model: ServedModel): Promise<Resident> {
    const { hash } = model;
    const ready = this.#ready.get(hash);
    if (ready) return ready;
    const failed = this.#failures.get(hash);
    if (failed && this.#ports.clock.now() < failed.until) throw failed.error;
    let loading = this.#loading.get(hash);
    if (!loading) {
      loading = this.#last.then(() => this.#load(model));
      this.#last = loading.catch(() => {});
      this.#loading.set(hash, loading);
      loading.catch(() => {}).finally(() => this.#loading.delete(hash));
    }
    return loading;
  }

  /** Forgets a failure, so that the next load is tried at once. */
  forgive(hash: ModelHash): void {
    this.#failures.delete(hash);
  }

  /** Unloads a version once no request uses it. */
  async unload(hash: ModelHash): Promise<void> {
    await this.#loading.get(hash)?.catch(() => {});
    for (;;) {
      const resident = this.#ready.get(hash);
      if (!resident) return;
      if (resident.leases === 0) return this.#drop(resident);
      await this.#untilFreed();
    }
  }

  /** Removes a version whose runtime has ended, and loads it again. */
  lost(resident: Resident): void {
    const { model, loaded } = resident;
    if (this.#ready.get(model.hash) !== resident || this.#isClosed) return;
    this.#forget(resident);
    const again = loaded.close().then(() => this.load(model));
    this.#recovering.add(again);
    // The index has the reason if it fails.
    again.catch(() => {}).finally(() => this.#recovering.delete(again));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idle?.();
    await this.#last;
    await Promise.all([...this.#ready.values()].map(resident => this.#drop(resident)));
    this.#wake();
  }

  async #load(model: ServedModel): Promise<Resident> {
    const { clock, turns, events } = this.#ports;
    if (this.#isClosed) throw new MurmurationError('server.stopping');
    const began = turns.now();
    try {
      let lost = () => {};
      const { loaded, platform } = await this.#loadContent(model, () => lost());
      const batcher = this.#batcherOf(model, loaded);
      const statistics = this.statisticsOf(model.hash);
      const resident = { model, platform, loaded, batcher, statistics, leases: 0, lastUsed: clock.now() };
      // It may turn out larger than its weights.
      await this.#makeRoom(model, loaded.bytes);
      this.#used += loaded.bytes;
      this.#ready.set(model.hash, resident);
      lost = () => this.lost(resident);
      this.#failures.delete(model.hash);
      this.#watchIdle();
      events.loaded?.(model, turns.now() - began, loaded.bytes, loaded.engine);
      return resident;
    } catch (error) {
      const hung = error instanceof MurmurationError && error.code === 'prediction.timeout';
      this.#failures.set(model.hash, { error, until: clock.now() + (hung ? pauseOfHung : reloadMs) });
      events.failed?.(model, error);
      throw error;
    }
  }

  /**
   * Loads the files of a version and runs it once. No longer-lived object references the files, which take as
   * much memory as the model.
   */
  async #loadContent(model: ServedModel, lost: () => void): Promise<Pick<Resident, 'loaded' | 'platform'>> {
    const { source, runtimes, transformers, memory } = this.#ports;
    const content = await source.content(model);
    const { platform, recorded, release } = content;
    const runtime = runtimes.find(each => each.loads(content));
    if (!runtime)
      throw new MurmurationError(
        'inference.unsupported',
        `No runtime here loads models of the platform ${platform}.`,
      );
    await this.#makeRoom(model, sizeOfContent(content));
    let isLost = false;
    const loaded = await runtime.load(content, () => {
      isLost = true;
      lost();
    });
    // The runtime has copied what it needs.
    release?.();
    try {
      if (loaded.bytes > memory.budget) this.#refuseSize(model, loaded.bytes);
      const { name } = model;
      await warmUp(loaded, { name, recorded, transformer: transformers(name) });
      if (isLost)
        throw new MurmurationError(
          'prediction.timeout',
          'What runs the model ended while the model was tried: it takes too long, or too much memory.',
        );
      return { loaded, platform };
    } catch (error) {
      await loaded.close();
      throw error;
    }
  }

  #batcherOf(model: ServedModel, loaded: LoadedModel): Batcher {
    const { batching, turns, events } = this.#ports;
    const statistics = this.statisticsOf(model.hash);
    return new Batcher(loaded, batching, turns, (rows, ms) => {
      statistics.executed(rows, ms);
      events.executed?.(model, rows, ms);
    });
  }

  async #makeRoom(model: ServedModel, bytes: number): Promise<void> {
    const { budget } = this.#ports.memory;
    if (bytes > budget) this.#refuseSize(model, bytes);
    while (this.#used + bytes > budget) {
      const unused = leastOf(
        [...this.#ready.values()].filter(({ leases }) => leases === 0),
        ({ statistics }) => statistics.popularity,
      );
      if (unused) await this.#drop(unused);
      else await this.#untilFreed();
      if (this.#isClosed) throw new MurmurationError('server.stopping');
    }
  }

  #refuseSize({ name, version }: ServedModel, bytes: number): never {
    throw new MurmurationError(
      'inference.unavailable',
      `The version ${version} of ${name} takes ${bytes} bytes of memory; all models together may take ${this.#ports.memory.budget}.`,
    );
  }

  async #drop(resident: Resident): Promise<void> {
    const { model, loaded } = resident;
    if (this.#ready.get(model.hash) !== resident) return;
    this.#forget(resident);
    await loaded.close();
    this.#ports.events.unloaded?.(model);
  }

  #forget(resident: Resident): void {
    this.#ready.delete(resident.model.hash);
    this.#used -= resident.loaded.bytes;
    this.#wake();
  }

  #untilFreed(): Promise<void> {
    return new Promise(resolve => this.#freed.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#freed.splice(0)) resolve();
  }

  /** Sets a timer for when the longest unused model becomes idle. */
  #watchIdle(): void {
    const { memory, clock, events } = this.#ports;
    const { idle } = memory;
    if (idle === null || this.#idle || this.#isClosed) return;
    const oldest = leastOf([...this.#ready.values()], ({ lastUsed }) => lastUsed);
    if (!oldest) return;
    this.#idle = clock.at(Math.max(oldest.lastUsed + idle, clock.now() + Math.min(idle, 1_000)), async () => {
      this.#idle = undefined;
      const until = clock.now() - idle;
      const over = [...this.#ready.values()].filter(
        ({ leases, lastUsed }) => leases === 0 && lastUsed <= until,
      );
      for (const resident of over)
        await this.#drop(resident).catch(error => events.fault?.('unloading a model', error));
      this.#watchIdle();
    });
  }
}

function leastOf(
  residents: readonly Resident[],
  value: (resident: Resident) => number,
): Resident | undefined {
  return residents.reduce<Resident | undefined>(
    (least, each) => (least && value(least) <= value(each) ? least : each),
    undefined,
  );
}
