import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Registry } from '../registry/registry.ts';
import type { RoundEnder } from '../round/round.ts';
import type { SavedRound } from '../round/store.ts';
import { addsAsTheyCome, type Task, type TaskQuery } from '../task/task.ts';
import { CentralRounds } from './central-rounds.ts';
import type { Inquiries, QuerySchedule } from './inquiries.ts';
import { isBetweenRuns, NextRound } from './next-round.ts';
import type { BufferPorts, TaskRoundsPorts } from './ports.ts';
import { restoreRounds } from './restore-rounds.ts';
import { RoundMaker } from './round-maker.ts';
import type { RoundParts } from './round-parts.ts';
import { RoundSettings } from './round-settings.ts';
import { RoundTimes } from './round-times.ts';
import type { Lifetime, RoundUnderWay } from './round-under-way.ts';
import { maxFinished, RoundsUnderWay } from './rounds-under-way.ts';
import {
  initialSchedule,
  type Occasion,
  type ScheduleEffect,
  type ScheduleEvent,
  type ScheduleState,
  schedule,
} from './schedule.ts';
import { Succession } from './succession.ts';
import { Trainings } from './trainings.ts';

/** Shortest ms after which devices of a task without a next round ask again. */
const whilePaused = 15 * 60_000;

/** ms after which devices ask again that a task has no use for. */
const neverOfUse = 24 * 3_600_000;

const noRun = 'Rounds of this task begin only in training runs, and none is open; begin a run.';

/** Rounds of one task, one after the other on its schedule, with those of its queries between them. */
export class TaskRounds {
  readonly #parts: RoundParts;
  readonly #next: NextRound;
  readonly #underWay: RoundsUnderWay;
  /** Rounds without devices, in a task that has them. */
  readonly #central: CentralRounds | undefined;
  /** Devices that train, in a masked asynchronous task. */
  readonly trainings: Trainings | undefined;
  #schedule: ScheduleState = initialSchedule;
  #cancel: Cancel = () => {};
  #history: Promise<void> | undefined;

  constructor(task: Task, registry: Registry, inquiries: Inquiries, given: TaskRoundsPorts) {
    const { clock, moments } = given;
    const succession = new Succession(clock);
    const admits = () => this.#schedule.life === 'started' && !this.isPaused;
    const ports = {
      ...given,
      ...(addsAsTheyCome(task) && {
        buffers: {
          admits,
          base: () => succession.base,
          soon: (assignment, tell) => succession.soon(assignment, tell),
          carry: (from, open, summed) => this.#underWay.succeed(from, open, summed),
        } satisfies BufferPorts,
      }),
    };
    this.#parts = {
      registry,
      inquiries,
      ports,
      succession,
      settings: new RoundSettings(task, moments),
      maker: new RoundMaker(ports),
      times: new RoundTimes(clock.now()),
    };
    const trainings = task.buffer && task.masking ? new Trainings({ ...given, admits }) : undefined;
    this.trainings = trainings;
    this.#central = given.central && new CentralRounds(given.central, given);
    this.#underWay = new RoundsUnderWay(this.#parts, () => (trainings ? this.#next.offerAnew() : undefined));
    this.#next = new NextRound({
      ...this.#parts,
      underWay: this.#underWay,
      central: this.#central,
      trainings,
      schedule: () => this.#schedule,
    });
  }

  /** Task with the settings of the round under way; between rounds, of the next one. */
  get task(): Task {
    return this.#parts.settings.task;
  }

  /** Task with the settings of the next round. */
  get upcoming(): Task {
    return this.#parts.settings.upcoming;
  }

  /** Changes the settings from the next round on. */
  adjust(task: Task): void {
    this.#parts.settings.change = task;
    this.#happen({ type: 'adjusted' });
  }

  /**
   * Resumes rounds of this task that were under way before a restart: the newest if its model still exists,
   * and the closed buffer before it; records the others as failed. Call it before `start`, and before devices
   * connect: they find their round again.
   */
  async resume(saved: readonly SavedRound[]): Promise<void> {
    await this.#readHistory();
    const [first, second] = await restoreRounds(saved, { ...this.#parts, underWay: this.#underWay });
    if (!first) return;
    this.#happen({ type: 'resumed' });
    void this.#underWay.begin(first, second).finally(() => this.#ended());
    // They checked in before a cell took the round over, which tells them what to do.
    const { pool } = this.#parts.ports;
    for (const device of pool.devices) if (this.current?.involves(device)) pool.remove(device);
  }

  /**
   * Schedules the first round, numbered after those of the history; once. Throws `server.stopping` after
   * `stop`.
   */
  async start(): Promise<void> {
    if (this.#schedule.life === 'started') return;
    this.#happen({ type: 'started' });
    await this.#readHistory();
    if (this.trainings) await this.#next.offerAnew();
    this.#happen({ type: 'moved' });
  }

  /** Notes that the waiting devices have changed. */
  poolChanged(): void {
    this.trainings?.give();
    this.current?.poolChanged();
  }

  /** Models that devices need: those that rounds under way, and devices at work, start from. */
  get bases(): readonly ModelHash[] {
    return [...this.#underWay.bases, ...(this.trainings?.models ?? [])];
  }

  /** Stops rounds from beginning automatically; the current one goes on. */
  pause(): void {
    this.#happen({ type: 'paused' });
  }

  /** Lets rounds begin on schedule again; if `recalls`, tells the devices that were sent away. */
  unpause({ recalls = true } = {}): void {
    this.#happen({ type: 'unpaused', recalls });
  }

  get isPaused(): boolean {
    return this.#schedule.pace === 'paused';
  }

  /** True if the privacy budget is spent: no round begins until the task's definition allows more. */
  get isSpent(): boolean {
    return this.#schedule.budget === 'spent';
  }

  /** True if no training run is open, in a task whose rounds run only in such runs. */
  get isBetweenRuns(): boolean {
    return isBetweenRuns(this.#parts.ports);
  }

  /** Lets rounds begin automatically or not after a training run began or ended. */
  runChanged(): void {
    this.#happen({ type: 'runChanged', isBetweenRuns: this.isBetweenRuns });
  }

  /** Updates the schedule of queries about arms after experiments have begun or ended. */
  armsChanged(): void {
    this.#happen({ type: 'moved' });
  }

  /** Number of the newest round; 0 if there was none. */
  get number(): number {
    return this.#parts.maker.number;
  }

  /** True if there is a round whose end does not count yet. */
  get isUnderWay(): boolean {
    return this.#underWay.isOpen || (this.#central?.isOpen ?? false);
  }

  /** True if the coordinator makes the next version itself, on its own examples. */
  get trainsHere(): boolean {
    return this.#central?.makesNext ?? false;
  }

  /** True if the coordinator is making a version now. */
  get isTraining(): boolean {
    return this.#central?.isUnderWay ?? false;
  }

  /** Ends the rounds under way as failed, on purpose, unless their version is already being stored. */
  abort(reason: string, endedBy: RoundEnder): void {
    this.#central?.abort(reason, endedBy);
    for (const each of this.underWay) each.abort(reason, endedBy);
  }

  /**
   * Begins a round at once, even if the task is paused. Throws `round.closed` if no training run is open,
   * `round.under-way`, `privacy.spent`, or `server.stopping` before `start` and after `stop`.
   */
  beginNow(): void {
    this.#happen({ type: 'commanded', isBetweenRuns: this.isBetweenRuns });
  }

  /**
   * Asks devices a query in the next round, even if the task is paused; before `start`, in the first one
   * after it. Throws `request.not-found` if the task has none of that name, or `server.stopping` after
   * `stop`.
   */
  ask(query: string): void {
    this.#requireNotStopped();
    this.#parts.inquiries.want(this.upcoming, query, this.#parts.ports.clock.now());
    this.#happen({ type: 'moved' });
  }

  /** Asks a query as `ask`; once it resolves, a later coordinator asks it too. Also throws `storage.*`. */
  async askLastingly(query: string): Promise<void> {
    this.#requireNotStopped();
    await this.#parts.inquiries.keep(this.upcoming, query, this.#parts.ports.clock.now());
    this.ask(query);
  }

  standingOf(query: TaskQuery): QuerySchedule {
    const { inquiries, ports } = this.#parts;
    return inquiries.standingOf(this.upcoming, query, ports.clock.now(), this.isPaused);
  }

  /** Ends the current round as failed, and begins no other. */
  async stop(): Promise<void> {
    for (const each of this.underWay) each.abort('The coordinator is stopping.');
    await this.suspend();
  }

  /** Begins no other round, and leaves the current one to a later coordinator. */
  async suspend(): Promise<void> {
    this.#happen({ type: 'stopped' });
    this.#parts.succession.stop();
    this.trainings?.stop();
    await this.#central?.stop();
    // The records of buffers are stored in their order.
    for (const each of this.underWay) await each.suspend();
  }

  /** Newest round, which may be over; in an asynchronous task, the buffer that takes updates. */
  get newest(): Lifetime | undefined {
    return this.#underWay.newest;
  }

  /** Newest round in the view of its devices; undefined if they are with other cells. */
  get current(): RoundUnderWay | undefined {
    return this.newest?.here;
  }

  /** Newest round, after the buffer that closes, if there is one; they may be over. */
  get underWay(): readonly Lifetime[] {
    return this.#underWay.all;
  }

  /** Earliest beginning of the next round, ms since 1970. */
  get nextAt(): number {
    return this.#parts.times.nextAt;
  }

  /** Number of devices that wait for an assignment. */
  get waiting(): number {
    return this.#parts.ports.pool.all;
  }

  /**
   * ms until a device can be of use: 0 while devices are gathered; in a paused task, the ms until they ask
   * again.
   */
  get untilNextRound(): number {
    if (this.#central?.isWhole) return neverOfUse;
    const phase = this.newest?.state.phase;
    if (phase === 'gathering' || (phase === 'updates' && addsAsTheyCome(this.task) && !this.isPaused))
      return 0;
    const { times, ports } = this.#parts;
    const now = ports.clock.now();
    const left = Math.max(0, times.next(now, this.task.interval) - now);
    const isAway = this.isPaused || this.isSpent || this.isBetweenRuns || this.trainsHere;
    return isAway ? Math.max(left, whilePaused) : left;
  }

  /**
   * Finds the round of this id if it is under way; an assignment of a buffer may be in a later one. Throws
   * `round.closed` for a round that is over, `assignment.unknown` for one whose devices are with other cells.
   */
  find(round: RoundId, assignment?: AssignmentId): RoundUnderWay | undefined {
    return this.#underWay.find(round, assignment);
  }

  #requireNotStopped(): void {
    if (this.#schedule.life === 'stopped') throw new MurmurationError('server.stopping');
  }

  #happen(event: ScheduleEvent): void {
    const { state, effects } = schedule(this.#schedule, event);
    this.#schedule = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ScheduleEffect) {
    const { settings, times, ports } = this.#parts;
    switch (effect.type) {
      case 'look':
        return this.#look(effect.trains && !this.isBetweenRuns);
      case 'wake':
        this.#cancel = ports.clock.at(effect.at, () => this.#happen({ type: 'due' }));
        return;
      case 'cancel':
        return this.#cancel();
      case 'begin':
        return void this.#runOne(effect.occasion);
      case 'takeOver':
        settings.takeOver();
        return times.adjust(this.task.interval);
      case 'announce':
        return ports.moments.settingsChanged(this.task.name);
      case 'give':
        return this.poolChanged();
      case 'recall':
        return ports.recall();
      case 'endRun':
        return void ports.runs?.spent();
      case 'refuse':
        throw new MurmurationError(effect.code, effect.code === 'round.closed' ? noRun : undefined);
    }
  }

  #look(trains: boolean): void {
    const { times, inquiries, ports } = this.#parts;
    const now = ports.clock.now();
    const trainsAt = trains ? times.settle(now, this.task.interval) : Number.POSITIVE_INFINITY;
    const asksAt = inquiries.nextAt(this.upcoming, now, this.isPaused);
    this.#happen({ type: 'looked', trainsAt, asksAt });
  }

  /** Runs one round; the next one follows even if it fails. */
  async #runOne(occasion: Occasion): Promise<void> {
    const { times, ports } = this.#parts;
    const { clock, moments, events, runs } = ports;
    try {
      times.tries();
      await this.#next.begin(occasion);
    } catch (error) {
      if (codeOf(error) === 'privacy.spent') {
        this.#happen({ type: 'spent' });
        await runs?.spent();
      } else {
        // Nothing is wrong: devices still enrol.
        if (codeOf(error) !== 'privacy.too-few-devices') events.emit('fault', 'beginning a round', error);
        moments.roundNotBegun(this.task.name);
        times.failed(clock.now());
      }
    }
    this.#ended();
  }

  #ended(): void {
    this.#happen({ type: 'ended', hasChange: this.#parts.settings.change !== undefined });
  }

  /** Reads the newest rounds that are over, once. */
  #readHistory(): Promise<void> {
    this.#history ??= this.#read();
    return this.#history;
  }

  async #read(): Promise<void> {
    const { ports, inquiries, maker, times } = this.#parts;
    const past = await ports.history.rounds(this.task.name, Number.POSITIVE_INFINITY, maxFinished);
    await inquiries.open(this.task);
    maker.follow(past[0]?.number ?? 0);
    const last = past.find(({ query }) => query === undefined);
    if (last) times.beganBefore(last.startedAt, this.task.interval);
    this.#underWay.remember(...past.map(({ round }) => round).reverse());
  }
}

const codeOf = (error: unknown) => (error instanceof MurmurationError ? error.code : undefined);
