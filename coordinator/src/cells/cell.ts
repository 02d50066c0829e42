import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Standing, TaskLeases } from './ports.ts';

/** ms between two looks at the leases. */
const often = 250;
/** Fronts are told at one look in so many. */
const tellEvery = 2;
/** Looks for which a cell that has many tasks leaves a free one to others, at most. */
const mostPatience = 4;

export interface CellPorts {
  readonly leases: TaskLeases;
  /** All tasks that this cell can run. */
  readonly tasks: readonly TaskName[];
  /** Where devices reach it. */
  readonly url: string;
  readonly clock: Clock;
  /** Begins the rounds of a task whose lease was taken, going on with those that are under way. */
  readonly takeOver: (task: TaskName) => Promise<void>;
  readonly standingOf: (task: TaskName) => Standing;
  /** Something failed; `storage.in-use`: another cell has a task of this one, which has nothing more to say. */
  readonly failed: (error: unknown) => void;
}

/**
 * Takes tasks that no cell has, runs them, and tells fronts how they stand. A cell leaves a free task to others the longer, the more it has
 * itself, up to a second: so cells that start together share the tasks, and one that remains takes all.
 */
export class Cell {
  readonly #ports: CellPorts;
  /** Looks at which a task was free, one after another. */
  readonly #free = new Map<TaskName, number>();
  /** Tasks whose rounds go on here. */
  readonly #running = new Set<TaskName>();
  #cancel: Cancel = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  #looks = 0;

  constructor(ports: CellPorts) {
    this.#ports = ports;
  }

  /** Takes tasks from now on, some before this returns. */
  async start(): Promise<void> {
    await this.#ports.leases.announce(this.#ports.tasks);
    await this.#turn();
  }

  /** Takes no further task; what is being taken is there when it returns. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  #turn(): Promise<void> {
    this.#looking = this.#look()
      .catch(this.#ports.failed)
      .then(() => {
        const { clock } = this.#ports;
        if (!this.#isStopped) this.#cancel = clock.at(clock.now() + often, () => void this.#turn());
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { leases, tasks, url, takeOver, standingOf } = this.#ports;
    await leases.require();
    const places = await leases.places();
    const free = new Set(places.filter(({ cell }) => cell === null).map(({ task }) => task));
    let hasTaken = false;
    for (const task of tasks) {
      if (this.#isStopped) return;
      // Taken, and then its storage failed.
      const isLeft = leases.held.has(task) && !this.#running.has(task);
      if (!isLeft && !this.#isDue(task, free.has(task))) continue;
      if (!isLeft && !(await leases.take(task, url))) continue;
      this.#free.delete(task);
      await takeOver(task);
      this.#running.add(task);
      hasTaken = true;
    }
    this.#looks += 1;
    if (this.#isStopped || (!hasTaken && this.#looks % tellEvery !== 0)) return;
    await leases.tell(new Map(Array.from(this.#running, task => [task, standingOf(task)])));
  }

  /** Whether a free task was left to others for long enough. */
  #isDue(task: TaskName, isFree: boolean): boolean {
    const looks = isFree ? (this.#free.get(task) ?? 0) + 1 : 0;
    this.#free.set(task, looks);
    return looks > Math.min(this.#ports.leases.held.size, mostPatience);
  }
}
