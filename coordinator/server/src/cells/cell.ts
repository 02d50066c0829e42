import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { fairShare, type Leased, readLeased } from '@murmuration/storage/leases/parts';
import type { Standing, TaskLeases, TaskPlace } from '@murmuration/storage/leases/ports';

/** ms between two looks at the leases. */
const often = 250;
/** Fronts are told at one look in so many. */
const tellEvery = 2;
/** Looks for which a cell that has many tasks leaves a free one to others, at most. */
const mostPatience = 4;

export interface CellPorts {
  readonly leases: TaskLeases;
  /** All tasks that this cell can run, and the parts of their rounds. */
  readonly tasks: readonly Leased[];
  /** Where devices reach it. */
  readonly url: string;
  readonly clock: Clock;
  /** Begins the rounds of a task whose lease was taken, going on with those that are under way. */
  readonly takeOver: (task: Leased) => Promise<void>;
  /** Ends what a part has here, of which nothing is under way; false where something is. */
  readonly leave: (part: Leased) => Promise<boolean>;
  /** undefined: nothing can be said yet. */
  readonly standingOf: (task: Leased) => Standing | undefined;
  /** Where all tasks are, as it was seen last. */
  readonly saw: (places: readonly TaskPlace[]) => void;
  /** Something failed; `storage.in-use`: another cell has a task of this one, which has nothing more to say. */
  readonly failed: (error: unknown) => void;
  /** Devices are to be led no more, since the leases may soon be another cell's or are; or they are again. It does from the beginning. */
  readonly leads: (leads: boolean) => void;
}

/**
 * Takes tasks that no cell has, runs them, and tells fronts how they stand. A cell leaves a free task to others the longer, the more it has
 * itself, up to a second: so cells that start together share the tasks, and one that remains takes all. Where it hears nothing of its leases
 * it leads no devices any more before another cell can have them, and does again once it knows that they are its own.
 */
export class Cell {
  readonly #ports: CellPorts;
  /** Looks at which a task was free, one after another. */
  readonly #free = new Map<Leased, number>();
  /** Tasks whose rounds go on here. */
  readonly #running = new Set<Leased>();
  #cancel: Cancel = () => {};
  #cancelDoubt: Cancel = () => {};
  #leads = true;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Whether the place of the leases knows of all tasks. */
  #isAnnounced = false;
  #looks = 0;

  constructor(ports: CellPorts) {
    this.#ports = ports;
  }

  /** Takes tasks from now on, some before this returns, unless the place of the leases can't be reached, which is told as later. Throws what does not pass. */
  async start(): Promise<void> {
    const announced = this.#announce();
    // Whoever stops it meanwhile waits for that.
    this.#looking = announced.catch(() => {});
    try {
      await announced;
    } catch (error) {
      if (!(error instanceof MurmurationError && error.retryable)) throw error;
    }
    if (!this.#isStopped) await this.#turn();
  }

  /** Takes no further task; what is being taken is there when it returns. Devices are led on, until `close` or the end of the leases. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  /** Devices are gone: how they are led matters no more. After `stop`. */
  close(): void {
    this.#cancelDoubt();
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
    // Those of this cell that it does not hold: it was given them, and did not hear so.
    const isFree = ({ task, cell }: TaskPlace) => cell === null || (cell === url && !leases.held.has(task));
    const free = new Set(places.filter(isFree).map(({ task }) => task));
    let hasTaken = false;
    for (const task of tasks) {
      if (this.#isStopped) return;
      // Also where the place of the leases has forgotten for a moment that this cell lives.
      if (this.#running.has(task)) continue;
      // Taken, and then its storage failed.
      const isLeft = leases.held.has(task);
      if (!isLeft && this.#isEnough(task, living)) {
        // It has let go of it, and was not heard.
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

  /** The parts of the same task that run here, and how many of them its fair share is. */
  #partsOf(leased: Leased, living: number): { readonly own: readonly Leased[]; readonly share: number } {
    const { task } = readLeased(leased);
    const isSame = (each: Leased) => readLeased(each).task === task && readLeased(each).part !== undefined;
    const count = this.#ports.tasks.filter(isSame).length;
    return { own: [...this.#running].filter(isSame), share: fairShare(count, living) };
  }

  /** Whether this cell has its share of the parts of a task, so that this one is for another cell. */
  #isEnough(leased: Leased, living: number): boolean {
    if (readLeased(leased).part === undefined) return false;
    const { own, share } = this.#partsOf(leased, living);
    return own.length >= share;
  }

  /** Leaves parts to cells that have come, beyond its own share, one at a time and between rounds. */
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

  /** Leads devices for as long as the leases last that are this cell's now. Throws `storage.*`. */
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

  /** Whether a free task was left to others for long enough. */
  #isDue(task: Leased, isFree: boolean): boolean {
    const looks = isFree ? (this.#free.get(task) ?? 0) + 1 : 0;
    this.#free.set(task, looks);
    return looks > Math.min(this.#ports.leases.held.size, mostPatience);
  }
}
