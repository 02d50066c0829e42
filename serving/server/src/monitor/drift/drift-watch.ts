import type { PerformanceInput } from '@murmuration/monitoring/report/drift-report';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { DriftSettings, ModelDriftSettings } from '../settings.ts';
import { keyOf } from '../version-key.ts';
import type { CountedElsewhere, CountingPlan, FeatureColumns } from './counting-plan.ts';
import { type DriftReference, type DriftStore, type DriftWindow, maxWindowsPerModel } from './drift-store.ts';
import type { SeenFeatures } from './feature-tally.ts';
import { type DriftState, WatchedVersion } from './watched-version.ts';

interface DriftPorts {
  readonly clock: Clock;
  readonly store: DriftStore;
  readonly events: {
    /** Called when a window was compared, drifted or not. */
    readonly compared?: (window: DriftWindow) => void;
    readonly fault: (where: string, error: unknown) => void;
  };
  /** Returns the accuracy of a version's predictions, the oldest first. */
  readonly performance?: (model: string, version: string) => readonly PerformanceInput[];
}

/** Maximum versions watched at a time; the least recently used are unloaded, and read again on demand. */
const maxWatchedVersions = 200;

/**
 * Compares the inputs of versions with their references, window by window. References, windows and settings
 * are kept in a store; the open window, and the values gathered for a reference, are in memory, and are lost
 * with a restart.
 */
export class DriftWatch {
  readonly #settings: DriftSettings;
  readonly #ports: DriftPorts;
  /** Versions, the least recently used first. */
  readonly #versions = new Map<string, WatchedVersion>();
  /** Queue that runs arrivals and changes one after the other. */
  readonly #queue = new PromiseQueue();
  /** Timers for the end of windows, by version. */
  readonly #timers = new Map<WatchedVersion, Cancel>();

  constructor(settings: DriftSettings, ports: DriftPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Returns the counting plan of a version; undefined if its values are needed. */
  plan(model: string, version: string): CountingPlan | undefined {
    return this.#versions.get(keyOf(model, version))?.plan;
  }

  /**
   * Adds what a replica saw, in the order of calls. It never rejects: data that don't fit or can't be stored
   * are reported as faults.
   */
  take(seen: SeenFeatures): Promise<void> {
    return this.#arrives(seen, watched => watched.add(seen, this.#ports.clock.now()));
  }

  /** Adds counts made elsewhere, in order of time; errors are handled as in `take`. */
  count(counted: CountedElsewhere): Promise<void> {
    return this.#arrives(counted, watched => watched.addCounted(counted));
  }

  #arrives(
    { model, version }: Pick<SeenFeatures, 'model' | 'version'>,
    add: (watched: WatchedVersion) => void,
  ): Promise<void> {
    return this.#queue.run(() =>
      this.#tried(async () => {
        const watched = await this.#load(model, version);
        // Later data belong to the next window, unless this one can't be stored or has too few rows.
        await this.#tried(() => this.#compare(watched));
        add(watched);
        await this.#gather(watched);
        await this.#compare(watched);
        this.#schedule(watched);
      }),
    );
  }

  /** Resolves once everything that arrived is counted and stored. */
  settled(): Promise<void> {
    return this.#queue.idle();
  }

  /** Stops comparing; resolves once everything that arrived is counted and stored. */
  async close(): Promise<void> {
    await this.settled();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** States of versions used since the start, the most recently used last. */
  get states(): readonly DriftState[] {
    return Array.from(this.#versions.values(), ({ state }) => state);
  }

  /** Returns the state of a version. Throws `request.not-found` if it was never asked. */
  async state(model: string, version: string): Promise<DriftState> {
    return (await this.#required(model, version)).state;
  }

  /** Returns the newest windows of a version, the newest first. */
  windows(model: string, version: string, most: number): Promise<readonly DriftWindow[]> {
    return this.#ports.store.windows(model, version, most);
  }

  /** Returns the settings of a model. */
  settings(model: string): Promise<ModelDriftSettings> {
    return this.#ports.store.settings(model);
  }

  /** Settings of models without their own. */
  get standard(): DriftSettings {
    return this.#settings;
  }

  /** Replaces the settings of a model; they apply to the open window too. */
  change(model: string, settings: ModelDriftSettings): Promise<void> {
    return this.#queue.run(async () => {
      await this.#ports.store.putSettings(model, settings);
      for (const each of this.#versions.values())
        if (each.model === model) {
          each.settings = settings;
          this.#schedule(each);
        }
    });
  }

  /**
   * Makes a window the reference of its version. Throws `request.not-found`, and `request.invalid` if it was
   * counted by another plan.
   */
  referTo(model: string, version: string, number: number): Promise<void> {
    return this.#refer(model, version, async ({ plan }) => {
      const windows = await this.windows(model, version, maxWindowsPerModel);
      const window = windows.find(each => each.number === number);
      if (!window)
        throw new MurmurationError('request.not-found', `Version ${version} has no window ${number}.`);
      if (plan?.id !== window.plan)
        throw new MurmurationError(
          'request.invalid',
          `Window ${number} was counted for an earlier reference. Choose a later window.`,
        );
      const { counts, rows, from, to } = window;
      return { model, version, plan, counts, origin: 'window', rows, from, to };
    });
  }

  /**
   * Makes a sample the reference of a version, even before it is asked. Throws `request.invalid` if it has no
   * values.
   */
  referToSample(model: string, version: string, columns: FeatureColumns): Promise<void> {
    const now = this.#ports.clock.now();
    return this.#queue.run(async () => {
      const watched = await this.#load(model, version);
      await this.#put(watched, watched.referenceOf(columns, 'sample', now));
    });
  }

  /** Drops the reference and gathers another one from now on. Throws `request.not-found`. */
  gather(model: string, version: string): Promise<void> {
    return this.#refer(model, version, async () => undefined);
  }

  #refer(
    model: string,
    version: string,
    make: (watched: WatchedVersion) => Promise<DriftReference | undefined>,
  ): Promise<void> {
    return this.#queue.run(async () => {
      const watched = await this.#required(model, version);
      await this.#put(watched, await make(watched));
    });
  }

  async #put(watched: WatchedVersion, reference: DriftReference | undefined): Promise<void> {
    const { store } = this.#ports;
    if (reference) await store.putReference(reference);
    else await store.dropReference(watched.model, watched.version);
    watched.refer(reference);
    this.#schedule(watched);
  }

  /** Reports errors as faults. */
  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#ports.events.fault('watching drift', error);
    }
  }

  /** Makes the reference, once enough rows are gathered. */
  async #gather(watched: WatchedVersion): Promise<void> {
    const { clock, store } = this.#ports;
    const reference = watched.gathered(clock.now());
    if (!reference) return;
    await store.putReference(reference);
    watched.refer(reference);
  }

  /** Compares the open window, once it is over. */
  async #compare(watched: WatchedVersion): Promise<void> {
    const { clock, store, events, performance } = this.#ports;
    const { model, version } = watched;
    const window = watched.window(clock.now(), performance?.(model, version) ?? []);
    if (!window) return;
    await store.addWindow(window);
    watched.close(window);
    events.compared?.(window);
  }

  /** Sets a timer for the end of the window, so that it is compared even without more requests. */
  #schedule(watched: WatchedVersion): void {
    const { clock } = this.#ports;
    this.#timers.get(watched)?.();
    this.#timers.delete(watched);
    const { end } = watched;
    if (end === undefined || end <= clock.now()) return;
    const cancel = clock.at(end, () => {
      this.#timers.delete(watched);
      void this.#queue.run(() => this.#tried(() => this.#compare(watched)));
    });
    this.#timers.set(watched, cancel);
  }

  async #required(model: string, version: string): Promise<WatchedVersion> {
    const known = this.#versions.get(keyOf(model, version));
    if (known) return known;
    if (!(await this.#ports.store.reference(model, version)))
      throw new MurmurationError(
        'request.not-found',
        `Nothing is known of what version ${version} of "${model}" is asked.`,
      );
    return this.#load(model, version);
  }

  async #load(model: string, version: string): Promise<WatchedVersion> {
    const key = keyOf(model, version);
    const known = this.#versions.get(key) ?? (await this.#read(model, version));
    this.#versions.delete(key);
    this.#versions.set(key, known);
    for (const [oldest, forgotten] of this.#versions) {
      if (this.#versions.size <= maxWatchedVersions) break;
      this.#versions.delete(oldest);
      this.#timers.get(forgotten)?.();
      this.#timers.delete(forgotten);
    }
    return known;
  }

  async #read(model: string, version: string): Promise<WatchedVersion> {
    const { store } = this.#ports;
    const [reference, settings, [newest]] = await Promise.all([
      store.reference(model, version),
      store.settings(model),
      store.windows(model, version, 1),
    ]);
    return new WatchedVersion(model, version, this.#settings, { settings, reference, newest });
  }
}
