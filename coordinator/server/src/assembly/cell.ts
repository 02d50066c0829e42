import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { Clock } from '@murmuration/protocol/time/clock';
import { lookAgain } from '@murmuration/rounds/population/look-again';
import type { Population } from '@murmuration/rounds/population/population';
import { isPart } from '@murmuration/rounds/round/store';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { devicesAtOnce, type Task, turnoverOf } from '@murmuration/rounds/task/task';
import { type Leased, PartDeal, partNames, readLeased } from '@murmuration/storage/leases/parts';
import type { TaskStatus } from '@murmuration/storage/leases/ports';
import { CoordinatorCell } from '../cells/cell.ts';
import { Tickets } from '../cells/tickets.ts';
import type { InferenceTokens } from '../inference/inference-tokens.ts';
import type { Core } from './core.ts';
import { type Decisions, requireMeasured } from './gates.ts';
import { leasesOf } from './leases.ts';
import type { Scope } from './scope.ts';
import type { Watch } from './watch.ts';

/** Validates the tickets of check-ins once the cell knows the address at which devices reach it. */
export class TicketCheck {
  /** Deals devices to parts with the same key. */
  readonly deal: PartDeal;
  readonly #tickets: Tickets;
  readonly #clock: Clock;
  /** URL at which devices reach the cell; empty until it listens. */
  url = '';

  /** `key`: ticket key, 32 bytes. */
  constructor(key: Uint8Array, clock: Clock) {
    this.deal = new PartDeal(key);
    this.#tickets = new Tickets(key);
    this.#clock = clock;
  }

  /**
   * Throws `storage.*` if the database does not answer, and `config.invalid` if the storage is not shared.
   */
  static async open({ storage, clock }: Pick<Scope, 'storage' | 'clock'>): Promise<TicketCheck> {
    return new TicketCheck(await leasesOf(storage).ticketKey(), clock);
  }

  /** Throws `ticket.refused`. */
  require(device: DeviceId, { task, ticket }: CheckIn): void {
    this.#tickets.require(ticket, { task, device }, this.url, this.#clock.now());
  }
}

export interface CellParts extends Pick<Decisions, 'gates' | 'watcher'> {
  readonly core: Core;
  readonly watch: Pick<Watch, 'follow'>;
  readonly experiments: Pick<Experiments, 'open' | 'isMeasured' | 'splitsOf'>;
  /** Called with false when devices may no longer be led, and with true when they may again. */
  readonly leads: (leads: boolean) => void;
  /** Called when a task has been added, whose frames may be longer. */
  readonly came: () => void;
}

/** Opens the cell of a core that has no task yet. Throws `config.invalid` for a task that can't run. */
export function openCell(
  { storage, events, clock, opened }: Pick<Scope, 'storage' | 'events' | 'clock' | 'opened'>,
  tasks: readonly Task[],
  ticketCheck: Pick<TicketCheck, 'url'>,
  { core, watch, gates, watcher, experiments, leads, came }: CellParts,
): CoordinatorCell {
  for (const task of tasks) requireMeasured(task, experiments);
  const byName = new Map(tasks.map(task => [task.name, task]));
  const seats = core.parts!;
  seats.define(tasks);
  const goOn = async (name: TaskName): Promise<TaskRounds> => {
    const admit = await core.add(byName.get(name)!);
    let underWay = 0;
    const added = await admit(async rounds => {
      // Must come first: devices that are already here send as soon as they hear of their round.
      came();
      await experiments.open(name);
      await gates.open(name);
      await watcher.open(name);
      const saved = await storage.rounds.underWay();
      const own = saved.filter(each => each.terms.plan.task === name && !isPart(each));
      await rounds.resume(own);
      underWay = own.length;
    });
    events.emit('taken-over', name, underWay);
    return added;
  };
  // A failed takeover is tried again; it must not take over rounds that already run a second time.
  const takeOver = async (leased: Leased) => {
    const { task, part } = readLeased(leased);
    if (part === undefined) return watch.follow(core.rounds.get(task) ?? (await goOn(task)));
    await seats.takeOver(leased);
    came();
  };
  const standingOf = (leased: Leased): TaskStatus | undefined => {
    const { task: name, part } = readLeased(leased);
    if (part !== undefined) return seats.standingOf(leased);
    const rounds = core.rounds.get(name)!;
    const { task, upcoming, untilNextRound } = rounds;
    const { champion } = core.versionAliases.of(name);
    return {
      masking: upcoming.masking,
      deadlines: upcoming.deadlines,
      eligibility: upcoming.eligibility,
      interval: turnoverOf(task),
      cohortSize: devicesAtOnce(task),
      population: core.activePopulation.of(task).population,
      untilNextRound,
      ...core.checkIns.get(name)!.outlook,
      champion: champion.model,
      serve: champion.pinned ? champion.model : null,
      splits: experiments.splitsOf(name),
      ...(task.spread && { parts: task.spread.count }),
    };
  };
  const cell = new CoordinatorCell({
    leases: leasesOf(storage),
    tasks: tasks.flatMap(({ name, spread }) => [name, ...(spread ? partNames(name, spread.count) : [])]),
    get url() {
      return ticketCheck.url;
    },
    clock,
    takeOver,
    leave: part => seats.leave(part),
    standingOf,
    saw: places => seats.saw(places),
    leads(is) {
      leads(is);
      events.emit('leads', is);
    },
    failed: error => events.emit('fault', 'sharing tasks with other cells', error),
  });
  // The cell must outlive its devices: it decides how they are led.
  opened.add(() => cell.close());
  return cell;
}

/** Applies here what other cells decide about devices and tokens. */
export function followOthers(
  { events, clock, opened }: Pick<Scope, 'events' | 'clock' | 'opened'>,
  { deviceRegistry, convictions }: Pick<Core, 'deviceRegistry' | 'convictions'>,
  population: Pick<Population, 'follow'>,
  tokens: Pick<InferenceTokens, 'open'>,
): void {
  const failed = (where: string) => (error: unknown) => void events.emit('fault', where, error);
  const cancels = [
    population.follow(
      device =>
        deviceRegistry.revokedElsewhere(device).catch(failed('ending what a revoked device has here')),
      failed('looking for devices that others have revoked'),
    ),
    convictions.follow(failed('looking for devices that others have convicted')),
    lookAgain(clock, () => tokens.open(), failed('looking for inference tokens that others have made')),
  ];
  for (const cancel of cancels) opened.add(cancel);
}
