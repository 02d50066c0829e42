import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { assigned } from '@murmuration/serving/experiments/assignment';
import { type PartDeal, partName, readLeased } from '@murmuration/storage/leases/parts';
import type { TaskLeases, TaskPlace, TaskStatus } from '@murmuration/storage/leases/ports';

/** Milliseconds between two looks at the leases. */
const directoryRefreshMs = 500;

export interface DirectoryPorts {
  readonly leases: Pick<TaskLeases, 'places'>;
  readonly deal: PartDeal;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
  /** Called when devices that were sent away from a task may come sooner. */
  readonly recalled: (task: TaskName) => void;
  /** Called when devices may have to serve another version of a task. */
  readonly served: (task: TaskName) => void;
}

/** Places of tasks as a front knows them, up to half a second late. */
export class Directory {
  readonly #ports: DirectoryPorts;
  #places: ReadonlyMap<string, TaskPlace> = new Map();
  #parts: ReadonlyMap<string, TaskPlace> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #cancel: Cancel = () => {};
  #isClosed = false;
  #looking: Promise<void> | undefined;

  constructor(ports: DirectoryPorts) {
    this.#ports = ports;
  }

  /** Reads the places of tasks, and continues to do so. Throws `storage.*`. */
  async open(): Promise<void> {
    await this.#read();
    this.#again();
  }

  /**
   * Reads the places of tasks unless that was done within the last half second, for processes that run
   * nothing between requests. Throws `storage.*`.
   */
  async look(): Promise<void> {
    if (this.#ports.clock.now() - this.#readAt < directoryRefreshMs) return;
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** Places by task name. */
  get places(): ReadonlyMap<string, TaskPlace> {
    return this.#places;
  }

  /**
   * Returns the place to which a device of a task is led. For a task with parts that is the place of the
   * device's part, or undefined if no cell has announced it.
   */
  placeOf(place: TaskPlace, device: DeviceId): TaskPlace | undefined {
    const count = place.said?.standing.parts ?? 1;
    if (count === 1) return place;
    const { task } = readLeased(place.task);
    return this.#parts.get(partName(task, this.#ports.deal.of(task, device, count)));
  }

  /** True if the places were read within the last 5 s. */
  get isFresh(): boolean {
    return this.#ports.clock.now() - this.#readAt < 10 * directoryRefreshMs;
  }

  /** Returns the milliseconds until a task can use a device. */
  untilNextRound(place: TaskPlace): number {
    const { said } = place;
    if (!said) return 0;
    return Math.max(0, said.standing.untilNextRound - said.age - (this.#ports.clock.now() - this.#readAt));
  }

  #again(): void {
    const { clock, failed } = this.#ports;
    if (this.#isClosed) return;
    this.#cancel = clock.at(clock.now() + directoryRefreshMs, () => {
      this.#read()
        .catch(failed)
        .then(() => this.#again());
    });
  }

  async #read(): Promise<void> {
    const { leases, clock, recalled, served } = this.#ports;
    const before = this.#places;
    const found = await leases.places();
    const isPart = ({ task }: TaskPlace) => readLeased(task).part !== undefined;
    this.#places = new Map(found.filter(place => !isPart(place)).map(place => [place.task, place]));
    this.#parts = new Map(found.filter(isPart).map(place => [place.task, place]));
    this.#readAt = clock.now();
    for (const [name, { said }] of this.#places) {
      const task = name as TaskName;
      const then = before.get(task)?.said?.standing;
      if (!said || !then) continue;
      if (then.recalls !== said.standing.recalls) recalled(task);
      const what = ({ serve, splits }: TaskStatus) => JSON.stringify([serve, splits]);
      if (what(then) !== what(said.standing)) served(task);
    }
  }
}

/** Returns the version that a device serves; null: the newest. */
export function servedBy({ serve, splits }: TaskStatus, device: DeviceId): ModelHash | null {
  for (const { served, models } of splits) {
    const part = assigned(served, device);
    const model = part && models[part.arm];
    if (model) return model;
  }
  return serve;
}
