import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { BatchedWrites } from '@murmuration/rounds/writes/batched-writes';
import {
  anHour,
  type HourlyCount,
  type HourlyCountStore,
  hourOf,
} from '@murmuration/storage/operation/hourly-counts';

/** Milliseconds for which counts are kept. */
const countRetentionMs = 90 * 24 * anHour;

/** Counts check-ins and refusals by the hour. It only listens; a crash loses the last seconds. */
export class HourlyCounter {
  readonly #store: HourlyCountStore;
  readonly #events: CoordinatorEvents;
  readonly #clock: Clock;
  readonly #writes: BatchedWrites;
  #gathered = new Map<string, HourlyCount>();

  constructor(store: HourlyCountStore, events: CoordinatorEvents, clock: Clock) {
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
    this.#writes = new BatchedWrites(() => this.#write(), clock);
    events.on('checked-in', (_, task, decision, isEligible) =>
      this.#count('check-ins', task, isEligible ? decision : 'ineligible', 1),
    );
    events.on('refused', (_, code) => this.#count('refusals', '', code, 1));
  }

  /** Writes the counts so far. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Returns the counts of a series in the last `hours` hours, including the current one, oldest first. */
  async last(series: HourlyCount['series'], hours: number): Promise<readonly HourlyCount[]> {
    await this.#writes.flush();
    return this.#store.since(series, this.firstOf(hours));
  }

  /** Returns the start of the first of the last `hours` hours, in ms since 1970. */
  firstOf(hours: number): number {
    return hourOf(this.#clock.now()) - (hours - 1) * anHour;
  }

  /** Writes the counts for the last time; counts that can't be written are lost. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  #count(
    series: HourlyCount['series'],
    task: string,
    name: string,
    count: number,
    hour = hourOf(this.#clock.now()),
  ) {
    const key = JSON.stringify([series, hour, task, name]);
    const before = this.#gathered.get(key)?.count ?? 0;
    this.#gathered.set(key, { hour, series, task, name, count: before + count });
    this.#writes.schedule();
  }

  async #write(): Promise<void> {
    if (this.#gathered.size === 0) return;
    const counts = [...this.#gathered.values()];
    this.#gathered = new Map();
    try {
      await this.#store.add(counts, this.#clock.now() - countRetentionMs);
    } catch (error) {
      this.#events.emit('fault', 'counting by the hour', error);
      for (const { series, task, name, count, hour } of counts) this.#count(series, task, name, count, hour);
    }
  }
}
