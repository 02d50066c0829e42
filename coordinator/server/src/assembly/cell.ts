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
import type { Standing } from '@murmuration/storage/leases/ports';
import { Cell } from '../cells/cell.ts';
import { Tickets } from '../cells/tickets.ts';
import type { InferenceTokens } from '../inference/inference-tokens.ts';
import type { Core } from './core.ts';
import { type Decisions, requireMeasured } from './gates.ts';
import { leasesOf } from './leases.ts';
import type { Scope } from './scope.ts';
import type { Watch } from './watch.ts';

/** Holds check-ins to tickets once the cell knows where devices reach it. */
export class TicketCheck {
  /** Deals devices to parts by the same key. */
  readonly deal: PartDeal;
  readonly #tickets: Tickets;
  readonly #clock: Clock;
  /** The address at which devices reach the cell, once it listens; empty before. */
  url = '';

  /** `key`: that of tickets, 32 bytes. */
  constructor(key: Uint8Array, clock: Clock) {
    this.deal = new PartDeal(key);
    this.#tickets = new Tickets(key);
    this.#clock = clock;
  }

  /** Throws `storage.*` where the database does not answer, and `config.invalid` where it is not shared. */
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
  /** Devices are to be led no more, or are again. */
  readonly leads: (leads: boolean) => void;
  /** A task has come, whose frames may be longer. */
  readonly came: () => void;
}

/** The cell of a core that has no task yet. Throws `config.invalid` for a task that can't run. */
export function openCell(
  { storage, events, clock, opened }: Pick<Scope, 'storage' | 'events' | 'clock' | 'opened'>,
  tasks: readonly Task[],
  ticketCheck: Pick<TicketCheck, 'url'>,
  { core, watch, gates, watcher, experiments, leads, came }: CellParts,
): Cell {
  for (const task of tasks) requireMeasured(task, experiments);
  const byName = new Map(tasks.map(task => [task.name, task]));
  const seats = core.parts!;
  seats.define(tasks);
  const goOn = async (name: TaskName): Promise<TaskRounds> => {
    const admit = await core.add(byName.get(name)!);
    let underWay = 0;
    const added = await admit(async rounds => {
      // First: devices that are here already send as soon as their round is named to them.
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
  // Tried again after a failure: rounds that go on already are not taken over a second time.
  const takeOver = async (leased: Leased) => {
    const { task, part } = readLeased(leased);
    if (part === undefined) return watch.follow(core.rounds.get(task) ?? (await goOn(task)));
    await seats.takeOver(leased);
    came();
  };
  const standingOf = (leased: Leased): Standing | undefined => {
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
  const cell = new Cell({
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
  // How devices are led matters until they are gone.
  opened.add(() => cell.close());
  return cell;
}

/** Has what other cells decide about devices and tokens hold here as well. */
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
