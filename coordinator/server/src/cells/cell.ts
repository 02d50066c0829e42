import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { fairShare, type Leased, readLeased } from '@murmuration/storage/leases/parts';
import type { TaskLeases, TaskPlace, TaskStatus } from '@murmuration/storage/leases/ports';

/** Milliseconds between two looks at the leases. */
const leaseCheckMs = 250;
/** Number of looks between two announcements to fronts. */
const tellEvery = 2;
/** Maximum number of looks for which a cell that has many tasks leaves a free one to others. */
const mostPatience = 4;

export interface CellPorts {
  readonly leases: TaskLeases;
  /** All tasks that this cell can run, and the parts of their rounds. */
  readonly tasks: readonly Leased[];
  /** URL at which devices reach the cell. */
  readonly url: string;
  readonly clock: Clock;
  /** Begins the rounds of a task whose lease was taken, resuming those under way. */
  readonly takeOver: (task: Leased) => Promise<void>;
  /** Closes a part here unless work of it is under way; returns false if it is. */
  readonly leave: (part: Leased) => Promise<boolean>;
  /** Returns the standing of a task, or undefined if it is not known yet. */
  readonly standingOf: (task: Leased) => TaskStatus | undefined;
  /** Called with the last known places of all tasks. */
  readonly saw: (places: readonly TaskPlace[]) => void;
  /**
   * Called when something failed; `storage.in-use`: another cell has a task of this one, which must announce
   * nothing more about it.
   */
  readonly failed: (error: unknown) => void;
  /**
   * Called with false when devices may no longer be led, because the leases are or may soon be another
   * cell's, and with true when they may again. A cell leads from the beginning.
   */
  readonly leads: (leads: boolean) => void;
}

/**
 * Takes tasks that no cell has, runs them, and announces their standing to fronts. The more tasks a cell has,
 * the longer it leaves a free one to others, up to a second; so cells that start together share the tasks,
 * and a single remaining one takes all. A cell that can't confirm its leases stops leading devices before
 * another cell can have them, and leads again once it knows that they are its own.
 */
export class CoordinatorCell {
  readonly #ports: CellPorts;
  /** Number of consecutive looks at which a task was free. */
  readonly #free = new Map<Leased, number>();
  /** Tasks whose rounds run here. */
  readonly #running = new Set<Leased>();
  #cancel: Cancel = () => {};
  #cancelDoubt: Cancel = () => {};
  #leads = true;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** True if the store of leases knows all tasks. */
  #isAnnounced = false;
  #looks = 0;

  constructor(ports: CellPorts) {
    this.#ports = ports;
  }

  /**
   * Starts taking tasks, some before this resolves. If the store of leases can't be reached, it reports that
   * as it does later. Throws errors that are not temporary.
   */
  async start(): Promise<void> {
    const announced = this.#announce();
    // A `stop` meanwhile waits for this.
    this.#looking = announced.catch(() => {});
    try {
      await announced;
    } catch (error) {
      if (!(error instanceof MurmurationError && error.retryable)) throw error;
    }
    if (!this.#isStopped) await this.#turn();
  }

  /**
   * Takes no further task; a takeover under way is complete when it resolves. Devices are led until `close`
   * or the end of the leases.
   */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  /** Stops deciding how devices are led; call it after `stop`, once they are gone. */
  close(): void {
    this.#cancelDoubt();
  }

  #turn(): Promise<void> {
    this.#looking = this.#look()
      .catch(this.#ports.failed)
      .then(() => {
        const { clock } = this.#ports;
        if (!this.#isStopped) this.#cancel = clock.at(clock.now() + leaseCheckMs, () => void this.#turn());
      });
    return this.#looking;
  }

  async #announce(): Promise<void> {
    await this.#ports.leases.announce(this.#ports.tasks);
    this.#isAnnounced = true;
  }

  async #look(): Promise<void> {
    const { leases, tasks, url, takeOver, standingOf } = this.#ports;
    if (!this.#isAnnounced) await this.#announce();
    await this.#confirm();
    const places = await leases.places();
    this.#ports.saw(places);
    const living = this.#hasParts ? await leases.living() : 1;
    // True also for tasks of this cell that it does not hold: it got them, but missed the answer.
    const isFree = ({ task, cell }: TaskPlace) => cell === null || (cell === url && !leases.held.has(task));
    const free = new Set(places.filter(isFree).map(({ task }) => task));
    let hasTaken = false;
    for (const task of tasks) {
      if (this.#isStopped) return;
      // The store of leases may also have forgotten for a moment that this cell is alive.
      if (this.#running.has(task)) continue;
      // True if the lease was taken, but then the storage failed.
      const isLeft = leases.held.has(task);
      if (!isLeft && this.#isEnough(task, living)) {
        // The cell released the lease, but the release was lost.
        if (places.some(place => place.task === task && place.cell === url)) await leases.letGo(task);
        continue;
      }
      if (!isLeft && !this.#isDue(task, free.has(task))) continue;
      if (!isLeft && !(await leases.take(task, url))) continue;
      this.#free.delete(task);
      await takeOver(task);
      this.#running.add(task);
      hasTaken = true;
    }
    await this.#share(living);
    this.#looks += 1;
    if (this.#isStopped || (!hasTaken && this.#looks % tellEvery !== 0)) return;
    const standings = Array.from(this.#running, task => [task, standingOf(task)] as const);
    await leases.tell(new Map(standings.flatMap(([task, said]) => (said ? [[task, said] as const] : []))));
  }

  get #hasParts(): boolean {
    return this.#ports.tasks.some(each => readLeased(each).part !== undefined);
  }

  /** Returns the parts of a task that run here, and the number that is this cell's fair share. */
  #partsOf(leased: Leased, living: number): { readonly own: readonly Leased[]; readonly share: number } {
    const { task } = readLeased(leased);
    const isSame = (each: Leased) => readLeased(each).task === task && readLeased(each).part !== undefined;
    const count = this.#ports.tasks.filter(isSame).length;
    return { own: [...this.#running].filter(isSame), share: fairShare(count, living) };
  }

  /** True if this cell has its share of the task's parts, so that another cell should take this one. */
  #isEnough(leased: Leased, living: number): boolean {
    if (readLeased(leased).part === undefined) return false;
    const { own, share } = this.#partsOf(leased, living);
    return own.length >= share;
  }

  /** Leaves parts beyond its share to new cells, one at a time and between rounds. */
  async #share(living: number): Promise<void> {
    const { leases, leave } = this.#ports;
    for (const each of [...this.#running].reverse()) {
      if (this.#isStopped) return;
      if (readLeased(each).part === undefined) continue;
      const { own, share } = this.#partsOf(each, living);
      if (own.length <= share || !(await leave(each))) continue;
      this.#running.delete(each);
      await leases.letGo(each);
    }
  }

  /** Keeps leading devices for as long as this cell's current leases last. Throws `storage.*`. */
  async #confirm(): Promise<void> {
    const { leases, clock } = this.#ports;
    const asked = clock.now();
    try {
      await leases.require();
    } catch (error) {
      if (error instanceof MurmurationError && error.code === 'storage.in-use') this.#lead(false);
      throw error;
    }
    this.#cancelDoubt();
    const until = asked + leases.lasts;
    if (clock.now() >= until) return;
    this.#cancelDoubt = clock.at(until, () => this.#lead(false));
    this.#lead(true);
  }

  #lead(leads: boolean): void {
    if (this.#leads === leads) return;
    this.#leads = leads;
    this.#ports.leads(leads);
  }

  /** True if a free task was left to others for long enough. */
  #isDue(task: Leased, isFree: boolean): boolean {
    const looks = isFree ? (this.#free.get(task) ?? 0) + 1 : 0;
    this.#free.set(task, looks);
    return looks > Math.min(this.#ports.leases.held.size, mostPatience);
  }
}
