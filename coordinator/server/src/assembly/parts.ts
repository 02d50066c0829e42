import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import type { ActivePopulation } from '@murmuration/rounds/population/active-population';
import { ActivityRecorder } from '@murmuration/rounds/population/activity-recorder';
import { Conduct } from '@murmuration/rounds/population/conduct';
import type { Population } from '@murmuration/rounds/population/population';
import { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { Registry } from '@murmuration/rounds/registry/registry';
import type { SpreadTerms } from '@murmuration/rounds/round/round';
import { isPart } from '@murmuration/rounds/round/store';
import { CheckInHandler, type CheckInPorts } from '@murmuration/rounds/rounds/check-in';
import { PartRounds, type Schedule } from '@murmuration/rounds/rounds/part-rounds';
import type { CohortChannel } from '@murmuration/rounds/rounds/ports';
import type { Traffic } from '@murmuration/rounds/rounds/traffic';
import { withStoredSettings } from '@murmuration/rounds/task/settings-manager';
import type { Task } from '@murmuration/rounds/task/task';
import {
  type Leased,
  type PartDeal,
  type PartName,
  partName,
  partNames,
  readLeased,
} from '@murmuration/storage/leases/parts';
import type { TaskPlace, TaskStatus } from '@murmuration/storage/leases/ports';
import type { Stores } from '@murmuration/storage/storage';
import { servedBy } from '../cells/directory.ts';
import type { SeenPart } from '../telemetry/spread-overview.ts';
import { WaitingEnds } from './waiting-ends.ts';

export interface PartPorts {
  readonly deal: PartDeal;
  readonly clock: Clock;
  /** Draws cohorts, ids and tokens. */
  readonly random: RandomBytes;
  /** Source of randomness that spreads check-ins. */
  readonly jitter: RandomBytes;
  readonly storage: Stores;
  readonly registry: Registry;
  readonly population: Population;
  readonly activePopulation: ActivePopulation;
  readonly privacy: PrivacyBudgets;
  readonly traffic: Traffic;
  readonly channel: CohortChannel &
    CheckInPorts['channel'] & { disconnect(device: DeviceId, code: 'server.unreachable'): void };
  readonly unmasker: Unmasker;
  readonly events: CoordinatorEvents;
  readonly moments: Moments;
  /** True if more may come for a device, in any task. */
  readonly expects: (device: DeviceId) => boolean;
}

/** Part of a task's rounds that this cell has, and the devices that wait for it. */
interface Seat {
  readonly name: PartName;
  readonly rounds: PartRounds;
  readonly pool: WaitingPool;
  readonly checkIns: CheckInHandler;
  readonly activity: ActivityRecorder;
  readonly conduct: Conduct;
}

/** Parts that this cell runs of tasks spread over cells, no matter which cell leads them. */
export class SpreadParts {
  readonly #ports: PartPorts;
  readonly #seats = new Map<Leased, Seat>();
  /** Definitions of spread tasks. */
  readonly #defined = new Map<string, Task>();
  /** Last known places of tasks, and when they were read, in ms since 1970. */
  #places: ReadonlyMap<Leased, TaskPlace> = new Map();
  #seenAt = 0;
  readonly #waitingEnds: WaitingEnds;

  constructor(ports: PartPorts) {
    this.#ports = ports;
    const { channel, expects } = ports;
    this.#waitingEnds = new WaitingEnds({
      expects,
      disconnect: device => channel.disconnect(device, 'server.unreachable'),
    });
  }

  /** Routes check-ins for these tasks to their parts from now on. */
  define(tasks: readonly Task[]): void {
    for (const task of tasks) if (task.spread) this.#defined.set(task.name, task);
  }

  /**
   * Takes the places of all tasks and the announcements of the cells that lead them; called several times a
   * second.
   */
  saw(places: readonly TaskPlace[]): void {
    this.#waitingEnds.look();
    const before = this.#places;
    this.#places = new Map(places.map(place => [place.task, place]));
    this.#seenAt = this.#ports.clock.now();
    for (const { name, spread } of this.#defined.values()) {
      const what = (from: typeof before) =>
        JSON.stringify(partNames(name, spread!.count).map(each => seenIn(from.get(each))));
      if (what(before) !== what(this.#places)) this.#ports.events.emit('parts', name);
    }
  }

  /** Returns what cells have announced about the parts of a round. */
  seen({ id, plan, parts }: SpreadTerms): readonly SeenPart[] {
    return partNames(plan.task, parts.count).map(name => {
      const { progress, hasCell } = seenIn(this.#places.get(name));
      return { progress: progress?.round === id ? progress : null, hasCell };
    });
  }

  /** Tasks that have a part here. */
  get tasks(): readonly Task[] {
    const tasks = this.all.map(({ task: { name, eligibility } }) => ({
      ...this.#defined.get(name)!,
      eligibility,
    }));
    return [...new Map(tasks.map(task => [task.name, task])).values()];
  }

  get all(): readonly PartRounds[] {
    return Array.from(this.#seats.values(), ({ rounds }) => rounds);
  }

  get pools(): readonly WaitingPool[] {
    return Array.from(this.#seats.values(), ({ pool }) => pool);
  }

  get conducts(): readonly Conduct[] {
    return Array.from(this.#seats.values(), ({ conduct }) => conduct);
  }

  has(name: Leased): boolean {
    return this.#seats.has(name);
  }

  /** True if check-ins for a task go to its parts. */
  isSpread(task: string): boolean {
    return this.#defined.has(task);
  }

  /**
   * Returns the handler of a device's check-ins for a spread task, or undefined if another cell has its part.
   */
  checkInsFor(task: TaskName, device: DeviceId): CheckInHandler | undefined {
    const { count } = this.#defined.get(task)!.spread!;
    return this.#seats.get(partName(task, this.#ports.deal.of(task, device, count)))?.checkIns;
  }

  /**
   * Returns the part that an assignment is in. Throws `round.closed` only if the round is over: before that,
   * another cell may wait for what is not found here.
   */
  find(round: RoundId, assignment?: AssignmentId): PartRounds['current'] {
    for (const { rounds } of this.#seats.values()) {
      const driver = rounds.find(round, assignment);
      if (driver) return driver;
    }
    if (this.all.some(each => each.isOver(round))) throw new MurmurationError('round.closed');
    return undefined;
  }

  /**
   * Returns the version that a device serves, according to the cell that leads the task's rounds; null: the
   * newest.
   */
  servedBy(task: TaskName, device: DeviceId) {
    const standing = this.#places.get(task)?.said?.standing;
    return standing ? servedBy(standing, device) : null;
  }

  /**
   * Returns what fronts hear of a part, or undefined until the cell that leads the rounds has announced
   * something.
   */
  standingOf(name: Leased): TaskStatus | undefined {
    const seat = this.#seats.get(name);
    const said = this.#places.get(readLeased(name).task)?.said;
    if (!seat || !said) return undefined;
    const { rounds, checkIns } = seat;
    const { progress } = rounds;
    return {
      ...said.standing,
      untilNextRound: rounds.untilNextRound,
      ...checkIns.outlook,
      ...(progress && { progress }),
    };
  }

  /** Takes a part over together with its work under way. Throws `storage.*`. */
  async takeOver(name: Leased): Promise<void> {
    if (this.#seats.has(name)) return;
    const seat = await this.#open(name);
    const { task, part } = readLeased(name);
    const saved = await this.#ports.storage.rounds.underWay();
    const { count } = this.#defined.get(task)!.spread!;
    // True for a round that was spread over more cells, whose extra parts no other cell would take.
    const isLeftOver = (number: number) => part === 1 && number > count;
    const own = saved
      .filter(isPart)
      .filter(({ terms }) => terms.plan.task === task && (terms.part === part || isLeftOver(terms.part)));
    this.#seats.set(name, seat);
    try {
      await seat.rounds.resume(own);
      this.#ports.events.emit('taken-over', task, own.length, part);
      seat.rounds.start();
    } catch (error) {
      // A retry creates rounds of its own.
      await this.#close(seat);
      throw error;
    }
  }

  /** Called when a device has another connection, or none any more. */
  moved(device: DeviceId): void {
    this.#waitingEnds.forget(device);
  }

  /**
   * Leaves a part to another cell if nothing of it is under way. Devices that wait for it go back to their
   * front; those that also wait for another task do so once that is over.
   */
  async leave(name: Leased): Promise<boolean> {
    const seat = this.#seats.get(name);
    if (!seat?.rounds.isIdle) return false;
    await seat.rounds.suspend();
    // A round began meanwhile: the next owner finds it in the storage, as after a crash.
    this.#seats.delete(name);
    for (const device of seat.pool.devices) this.#waitingEnds.end(device);
    await Promise.all([seat.activity.close(), seat.conduct.close()]);
    return true;
  }

  /** Leaves work under way to other cells. */
  async suspend(): Promise<void> {
    for (const seat of [...this.#seats.values()]) await this.#close(seat);
  }

  async #close({ name, rounds, activity, conduct }: Seat): Promise<void> {
    await rounds.suspend();
    this.#seats.delete(name);
    await Promise.all([activity.close(), conduct.close()]);
  }

  async #open(leased: Leased): Promise<Seat> {
    const { clock, random, jitter, storage, registry, population, activePopulation } = this.#ports;
    const { privacy, traffic, channel, unmasker } = this.#ports;
    const { task: taskName, part } = readLeased(leased);
    const task = await withStoredSettings(this.#defined.get(taskName)!, storage.settings);
    await activePopulation.open([task]);
    const events = this.#ownEvents();
    const conduct = new Conduct({ task: () => rounds.task, clock, events, store: storage.marks });
    const pool = new WaitingPool(() => rounds.poolChanged(), conduct);
    const { count } = task.spread!;
    const accounts = privacy.accountsOfPart(
      taskName,
      device => this.#ports.deal.of(taskName, device, count) === part,
    );
    const rounds: PartRounds = new PartRounds(task, part!, {
      registry,
      clock,
      random,
      primitives: native,
      pool,
      unmasker,
      channel,
      history: storage.history,
      store: storage.rounds,
      privacy,
      accounts,
      spread: {
        parts: storage.parts,
        partOf: (name, device, parts) => this.#ports.deal.of(name, device, parts),
      },
      schedule: () => this.#scheduleOf(taskName),
      dismiss: () => checkIns.dismiss(device => this.#waitingEnds.end(device)),
      makeVersion: () => Promise.reject(new MurmurationError('round.closed', 'A part makes no version.')),
      named: () => undefined,
      versions: async () => [],
      inUse: async () => [],
      traffic: () => traffic.of(taskName),
      comeBackAfter: device => checkIns.sendAway(device),
      recall: () => checkIns.recall(),
      // The number of devices of a part is unknown: it waits for its cohort, up to the deadline.
      enrolled: () => Math.max(population.size, task.cohort.goal),
      moments: this.#ports.moments,
      conduct,
      events,
    });
    const checkIns = new CheckInHandler({
      rounds,
      pool,
      conduct,
      activePopulation: {
        of: each => {
          const { population: all, ...others } = activePopulation.of(each);
          return { ...others, population: Math.ceil(all / count) };
        },
      },
      privacy: accounts,
      random: jitter,
      clock,
      channel,
    });
    await conduct.open();
    const activity = new ActivityRecorder(storage.activity, events, clock);
    return { name: partName(taskName, part!), rounds, pool, checkIns, activity, conduct };
  }

  /** Returns the current schedule of the cell that leads a task's rounds. */
  #scheduleOf(task: TaskName): Schedule | undefined {
    const said = this.#places.get(task)?.said;
    if (!said) return undefined;
    const { standing, age } = said;
    const since = age + this.#ports.clock.now() - this.#seenAt;
    return { ...standing, untilNextRound: Math.max(0, standing.untilNextRound - since) };
  }

  /**
   * Returns the events of a part. They reach the rest of the process only if they are not about the round
   * itself, because one process may have several parts of one round.
   */
  #ownEvents(): CoordinatorEvents {
    const { events } = this.#ports;
    const own = new CoordinatorEvents();
    own.on('fault', (...fault) => void events.emit('fault', ...fault));
    own.on('closing-step', (...step) => void events.emit('closing-step', ...step));
    own.on('re-anchored', (...moved) => void events.emit('re-anchored', ...moved));
    return own;
  }
}

const seenIn = (place: TaskPlace | undefined): SeenPart => ({
  progress: place?.said?.standing.progress ?? null,
  hasCell: place?.cell != null,
});
