import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { devicesAtOnce, type Task, turnoverOf } from '../task/task.ts';
import type { ActivityStore } from './activity.ts';
import { comeBackBetween, maxPauseMs, type Pacing } from './pacing.ts';

/**
 * ms for which a device must keep coming before it counts, so that creating thousands of devices has no
 * effect unless all of them keep coming.
 */
const comingFor = 3_600_000;
/** ms between two counts. */
const refreshEvery = 60_000;
/** ms for which a device that has not come still counts, at least. */
const aDay = 86_400_000;
/** Most counts at the start, each with the time span that follows from the one before. */
const mostCounts = 8;

/** Fields of `Pacing` that depend on the devices that come. */
export type ActiveCounts = Pick<Pacing, 'population' | 'connected'>;

/**
 * Counts the devices that really come, from recorded activity: those that have come for at least an hour,
 * for as long as they keep coming. Devices that only enrolled never count, and uninstalled ones soon stop
 * counting.
 */
export class ActivePopulation {
  readonly #activity: Pick<ActivityStore, 'coming'>;
  readonly #connected: () => number;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #counts = new Map<string, { devices: number; at: number }>();

  /** Takes `connected`, which returns the number of devices connected now. */
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

  /** Makes the first counts of tasks; call it before `of`. Throws `storage.*`. */
  async open(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      let lasting = maxPauseMs;
      for (let count = 0; count < mostCounts; count++) {
        await this.#count(task, lasting);
        const shorter = this.#lasting(task);
        if (shorter >= lasting) break;
        lasting = shorter;
      }
    }
  }

  /** Returns the counts of a task's population, up to some minutes old. */
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

  /**
   * ms for which a device counts that has not come: twice the longest time it may have been sent away for.
   */
  #lasting(task: Task): number {
    const interval = turnoverOf(task);
    const { to } = comeBackBetween({
      untilNextRound: interval,
      interval,
      population: this.#known(task).devices,
      connected: 0,
      cohortSize: devicesAtOnce(task),
    });
    return Math.min(maxPauseMs, Math.max(aDay, 2 * to));
  }
}
