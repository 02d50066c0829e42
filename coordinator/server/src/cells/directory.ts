import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { assigned } from '@murmuration/serving/experiments/assignment';
import { type PartDeal, partName, readLeased } from '@murmuration/storage/leases/parts';
import type { Standing, TaskLeases, TaskPlace } from '@murmuration/storage/leases/ports';

/** ms between two looks at the leases. */
const often = 500;

export interface DirectoryPorts {
  readonly leases: Pick<TaskLeases, 'places'>;
  readonly deal: PartDeal;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
  /** Devices that were sent away from a task may come sooner. */
  readonly recalled: (task: TaskName) => void;
  /** Devices may have to serve another version of a task. */
  readonly served: (task: TaskName) => void;
}

/** Where tasks are, as a front knows it: half a second late. */
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

  /** Reads where tasks are, and goes on doing so. Throws `storage.*`. */
  async open(): Promise<void> {
    await this.#read();
    this.#again();
  }

  /** The same where nothing goes on between two requests: reads them now, unless that was within the last half second. Throws `storage.*`. */
  async look(): Promise<void> {
    if (this.#ports.clock.now() - this.#readAt < often) return;
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** By the task's name. */
  get places(): ReadonlyMap<string, TaskPlace> {
    return this.#places;
  }

  /** Where a device of a task is led: to the part of the rounds that it is in, where these have parts; undefined: no cell has announced that part. */
  placeOf(place: TaskPlace, device: DeviceId): TaskPlace | undefined {
    const count = place.said?.standing.parts ?? 1;
    if (count === 1) return place;
    const { task } = readLeased(place.task);
    return this.#parts.get(partName(task, this.#ports.deal.of(task, device, count)));
  }

  /** Whether what it knows is of the last seconds. */
  get isFresh(): boolean {
    return this.#ports.clock.now() - this.#readAt < 10 * often;
  }

  /** ms until a device can be of use to a task, by now. */
  untilNextRound(place: TaskPlace): number {
    const { said } = place;
    if (!said) return 0;
    return Math.max(0, said.standing.untilNextRound - said.age - (this.#ports.clock.now() - this.#readAt));
  }

  #again(): void {
    const { clock, failed } = this.#ports;
    if (this.#isClosed) return;
    this.#cancel = clock.at(clock.now() + often, () => {
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
      const what = ({ serve, splits }: Standing) => JSON.stringify([serve, splits]);
      if (what(then) !== what(said.standing)) served(task);
    }
  }
}

/** The version that a device serves of a task; null: the newest. */
export function servedBy({ serve, splits }: Standing, device: DeviceId): ModelHash | null {
  for (const { served, models } of splits) {
    const part = assigned(served, device);
    const model = part && models[part.arm];
    if (model) return model;
  }
  return serve;
}
