import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { devicesAtOnce, type Task, turnoverOf } from '../task/task.ts';
import type { ActivityStore } from './activity.ts';
import { comeBackBetween, longestPause, type Pace } from './pacing.ts';

/** ms for which a device has been coming before it counts: whoever makes devices by thousands has to keep all of them coming. */
const comingFor = 3_600_000;
/** ms after which devices are counted anew. */
const refreshEvery = 60_000;
/** ms for which a device that has not come counts at least. */
const aDay = 86_400_000;
/** Counts at the start at most, each over the time that follows from the one before. */
const mostCounts = 8;

/** What of the pace follows from who comes. */
export type ActiveCounts = Pick<Pace, 'population' | 'connected'>;

/**
 * How many devices really come, of what was written down of them: those that have come for an hour, for as long as they go on to come. Neither
 * devices that have enrolled alone, nor those that were uninstalled, count for long.
 */
export class ActivePopulation {
  readonly #activity: Pick<ActivityStore, 'coming'>;
  readonly #connected: () => number;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #counts = new Map<string, { devices: number; at: number }>();

  /** `connected`: devices that are connected now. */
  constructor(
    activity: Pick<ActivityStore, 'coming'>,
    connected: () => number,
    clock: Clock,
    events: CoordinatorEvents,
  ) {
    this.#activity = activity;
    this.#connected = connected;
    this.#clock = clock;
    this.#events = events;
  }

  /** Counts for tasks, before they ask. Throws `storage.*`. */
  async open(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      let lasting = longestPause;
      for (let count = 0; count < mostCounts; count++) {
        await this.#count(task, lasting);
        const shorter = this.#lasting(task);
        if (shorter >= lasting) break;
        lasting = shorter;
      }
    }
  }

  /** Who comes, of the population of a task; some minutes late. */
  of(task: Task): ActiveCounts {
    const { devices, at } = this.#known(task);
    const now = this.#clock.now();
    if (now - at >= refreshEvery || now < at) {
      this.#counts.set(task.name, { devices, at: now });
      this.#count(task, this.#lasting(task)).catch(error =>
        this.#events.emit('fault', 'counting the devices that come', error),
      );
    }
    return { population: devices, connected: this.#connected() };
  }

  #known(task: Task): { readonly devices: number; readonly at: number } {
    return this.#counts.get(task.name) ?? { devices: 0, at: Number.NEGATIVE_INFINITY };
  }

  async #count(task: Task, lasting: number): Promise<void> {
    const at = this.#clock.now();
    const devices = Math.round(await this.#activity.coming(at, comingFor, lasting));
    this.#counts.set(task.name, { devices, at });
  }

  /** ms for which a device counts that has not come: twice what it may have been told to stay away. */
  #lasting(task: Task): number {
    const interval = turnoverOf(task);
    const { to } = comeBackBetween({
      untilNextRound: interval,
      interval,
      population: this.#known(task).devices,
      connected: 0,
      cohortSize: devicesAtOnce(task),
    });
    return Math.min(longestPause, Math.max(aDay, 2 * to));
  }
}
