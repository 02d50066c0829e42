import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { ModelSource, ServedModel } from '../source/source.ts';
import type { Residents } from './residents.ts';

/** Maximum remembered pairs of name and version. */
const maxTargets = 4_096;
/** Milliseconds after which a target that failed to load is tried again. */
const loadRetryMs = 5_000;

/**
 * Content that each name with a version or alias means now. When that changes, requests get the old content
 * until the new one is in memory and has run once; if the new one does not load, the old one stays.
 */
export class Targets {
  readonly #source: ModelSource;
  readonly #residents: Residents;
  readonly #clock: Clock;
  readonly #fault: (error: unknown) => void;
  readonly #known = new BoundedMap<string, { readonly at: string | undefined; readonly model: ServedModel }>(
    maxTargets,
  );
  /** Models whose targets are being looked at, with true if another look must follow. */
  readonly #following = new Map<string, boolean>();
  readonly #retries = new Map<string, Cancel>();
  readonly #unwatch: Cancel;
  #changes = 0;
  #isClosed = false;

  /** Makes the targets; `fault` is called for failures in the background. */
  constructor(source: ModelSource, residents: Residents, clock: Clock, fault: (error: unknown) => void) {
    this.#source = source;
    this.#residents = residents;
    this.#clock = clock;
    this.#fault = fault;
    this.#unwatch = source.watch(name => this.#follow(name));
  }

  /** Returns a known target without waiting; undefined if it was never asked. */
  known(name: string, at: string | undefined): ServedModel | undefined {
    return this.#known.get(keyOf(name, at))?.model;
  }

  /** Finds a target. Throws errors of `ModelSource.resolve`. */
  async find(name: string, at: string | undefined): Promise<ServedModel> {
    const known = this.known(name, at);
    if (known) return known;
    for (;;) {
      const changes = this.#changes;
      const model = await this.#source.resolve(name, at);
      const found = this.known(name, at);
      if (found) return found;
      // A change in between would not be reported again.
      if (changes !== this.#changes) continue;
      this.#known.set(keyOf(name, at), { at, model });
      return model;
    }
  }
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    for (const cancel of this.#retries.values()) cancel();
  }

  #follow(name: string): void {
    this.#changes += 1;
    if (this.#isClosed) return;
    this.#retries.get(name)?.();
    this.#retries.delete(name);
    if (this.#following.has(name)) {
      this.#following.set(name, true);
      return;
    }
    this.#following.set(name, false);
    this.#look(name)
      .catch(error => {
        this.#fault(error);
        if (this.#isClosed) return;
        const again = this.#clock.at(this.#clock.now() + loadRetryMs, () => this.#follow(name));
        this.#retries.set(name, again);
      })
      .finally(() => {
        const again = this.#following.get(name);
        this.#following.delete(name);
        if (again) this.#follow(name);
      });
  }

  async #look(name: string): Promise<void> {
    let failure: unknown;
    for (const [key, { at, model: before }] of [...this.#known]) {
      if (before.name !== name) continue;
      try {
        const model = await this.#resolve(name, at);
        if (model?.hash === before.hash && model.version === before.version) continue;
        // Versions not in memory are loaded on demand.
        const isInUse = this.#residents.isReady(before.hash) || this.#residents.isLoading(before.hash);
        if (model && isInUse) await this.#residents.load(model);
        if (model) this.#known.set(key, { at, model });
        else this.#known.delete(key);
        this.#leave(before);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Resolves a target; undefined if the model or version no longer exists. */
  #resolve(name: string, at: string | undefined): Promise<ServedModel | undefined> {
    return this.#source.resolve(name, at).catch(error => {
      if (error instanceof MurmurationError && error.code === 'model.missing') return undefined;
      throw error;
    });
  }

  /** Unloads content that no name means, once it is not in use. */
  #leave({ hash }: ServedModel): void {
    for (const { model } of this.#known.values()) if (model.hash === hash) return;
    this.#residents.unload(hash).catch(this.#fault);
  }
}

function keyOf(name: string, at: string | undefined): string {
  return `${name}\n${at ?? ''}`;
}
