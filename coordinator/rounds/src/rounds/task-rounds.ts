import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanControl } from '@murmuration/protocol/messages/plan';
import type { ArmQuery, Query } from '@murmuration/protocol/queries/query';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import type { ModelVersion } from '../registry/model-version.ts';
import type { Head } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder } from '../round/round.ts';
import type { SavedRound } from '../round/store.ts';
import { fewestAnswers } from '../task/answer-noise.ts';
import { addsAsTheyCome, type Task, type TaskQuery } from '../task/task.ts';
import { CentralRounds } from './central-rounds.ts';
import type { Inquiries, QuerySchedule } from './inquiries.ts';
import { offerTraining } from './offer-training.ts';
import type { TaskRoundsPorts } from './ports.ts';
import { restoreRounds } from './restore-rounds.ts';
import { RoundMaker } from './round-maker.ts';
import { RoundTimes } from './round-times.ts';
import type { Lifetime, RoundUnderWay } from './round-under-way.ts';
import { maxFinished, RoundsUnderWay } from './rounds-under-way.ts';
import { splitOf } from './split-of.ts';
import { clipFor, controlFor, fairnessFor } from './state-for.ts';
import { Succession } from './succession.ts';
import { Trainings } from './trainings.ts';

/** Shortest ms after which devices of a task without a next round ask again. */
const whilePaused = 15 * 60_000;

/** ms after which devices ask again that a task has no use for. */
const neverOfUse = 24 * 3_600_000;

/** Current activity of a task's rounds. */
type Activity =
  /**
   * No round is under way, and none begins automatically: not started, paused, between training runs, or
   * stopped.
   */
  | { readonly is: 'idle' }
  /** The next round begins at its time, unless that is cancelled. */
  | { readonly is: 'scheduled'; readonly cancel: Cancel }
  /** A round is under way, or about to be. */
  | { readonly is: 'running' };

/** Occasion of a round: a command of an operator before its time, its time, or only that of a query. */
type Occasion = 'command' | 'schedule' | 'query';

/** Rounds of one task, one after the other on its schedule, with those of its queries between them. */
export class TaskRounds {
  readonly #registry: Registry;
  readonly #inquiries: Inquiries;
  readonly #ports: TaskRoundsPorts;
  readonly #maker: RoundMaker;
  readonly #times: RoundTimes;
  #task: Task;
  /** Settings of the next round, if they differ. */
  #upcoming: Task | undefined;
  #hasRead = false;
  #life: 'new' | 'started' | 'stopped' = 'new';
  #isPaused = false;
  /** True if the task's privacy budget has no step left. */
  #isSpent = false;
  /** Rounds without devices, in a task that has them. */
  readonly #central: CentralRounds | undefined;
  /** True if there is one whose end does not count yet. */
  #isMaking = false;
  #activity: Activity = { is: 'idle' };
  readonly #succession: Succession;
  readonly #underWay: RoundsUnderWay;
  /** Devices that train, in a masked asynchronous task. */
  readonly trainings: Trainings | undefined;

  constructor(task: Task, registry: Registry, inquiries: Inquiries, ports: TaskRoundsPorts) {
    this.#task = task;
    this.#registry = registry;
    this.#inquiries = inquiries;
    this.#succession = new Succession(ports.clock);
    const admits = () => this.#life === 'started' && !this.#isPaused;
    this.trainings = task.buffer && task.masking ? new Trainings({ ...ports, admits }) : undefined;
    this.#ports = {
      ...ports,
      ...(addsAsTheyCome(task) && {
        buffers: {
          admits,
          base: () => this.#succession.base,
          soon: (assignment, tell) => this.#succession.soon(assignment, tell),
          carry: (from, open, summed) => this.#underWay.succeed(from, open, summed),
        },
      }),
    };
    this.#central = ports.central && new CentralRounds(ports.central, ports);
    this.#maker = new RoundMaker(this.#ports);
    this.#times = new RoundTimes(ports.clock.now());
    this.#underWay = new RoundsUnderWay({
      clock: ports.clock,
      maker: this.#maker,
      times: this.#times,
      succession: this.#succession,
      task: () => this.#task,
      takeOver: () => this.#takeOver(),
      over: record => this.#over(record),
      counted: record => this.#counted(record),
    });
  }

  /** Task with the settings of the round under way; between rounds, of the next one. */
  get task(): Task {
    return this.#task;
  }

  /** Task with the settings of the next round. */
  get upcoming(): Task {
    return this.#upcoming ?? this.#task;
  }

  /** Changes the settings from the next round on. */
  adjust(task: Task): void {
    this.#upcoming = task;
    this.#isSpent = false;
    if (this.#activity.is === 'running') this.#ports.moments.settingsChanged(task.name);
    else this.#adjusted(task);
  }

  #adjusted(task: Task): void {
    this.#takeOver();
    this.#times.adjust(task.interval);
    if (this.#life === 'new') return;
    this.#scheduleNext();
    this.#ports.recall();
  }

  /** Decides what follows the end of the current activity. */
  #rest(): void {
    this.#activity = { is: 'idle' };
    // Settings that came meanwhile also decide when the next round begins, and if it may.
    if (this.#upcoming && !this.#hasStopped) {
      this.#isSpent = false;
      this.#adjusted(this.#upcoming);
    } else this.#scheduleNext();
  }

  #takeOver(): void {
    if (!this.#upcoming) return;
    this.#task = this.#upcoming;
    this.#upcoming = undefined;
    this.#ports.moments.settingsChanged(this.#task.name);
  }

  /**
   * Resumes rounds of this task that were under way before a restart: the newest if its model still exists,
   * and the closed buffer before it; records the others as failed. Call it before `start`, and before devices
   * connect: they find their round again.
   */
  async resume(saved: readonly SavedRound[]): Promise<void> {
    await this.#readHistory();
    const [first, second] = await restoreRounds(saved, {
      task: this.#task,
      registry: this.#registry,
      inquiries: this.#inquiries,
      maker: this.#maker,
      times: this.#times,
      succession: this.#succession,
      ports: this.#ports,
      abandoned: async record => {
        this.#underWay.remember(record.round);
        if (record.query === undefined) await this.#ports.runs?.ended(record);
        else await this.#inquiries.ended(this.#task, record.query);
      },
    });
    if (!first) return;
    this.#activity = { is: 'running' };
    void this.#underWay.goOn(first, second).finally(() => this.#rest());
    this.#withdraw(second ?? first);
  }

  /**
   * Removes devices of this round from the waiting pool: they checked in before a cell took it over, and the
   * round tells them what to do.
   */
  #withdraw({ here }: Lifetime): void {
    const { pool } = this.#ports;
    for (const device of pool.devices) if (here?.involves(device)) pool.remove(device);
  }

  /**
   * Schedules the first round, numbered after those of the history; once. Throws `server.stopping` after
   * `stop`.
   */
  async start(): Promise<void> {
    if (this.#life === 'stopped') throw new MurmurationError('server.stopping');
    if (this.#life === 'started') return;
    this.#life = 'started';
    await this.#readHistory();
    if (this.trainings) await this.#offerAnew();
    this.#scheduleNext();
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
    this.#isPaused = true;
    this.#scheduleNext();
  }

  /** Lets rounds begin on schedule again; if `recalls`, tells the devices that were sent away. */
  unpause({ recalls = true } = {}): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#life === 'new') return;
    this.#scheduleNext();
    this.poolChanged();
    if (recalls) this.#ports.recall();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** True if the privacy budget is spent: no round begins until the task's definition allows more. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** True if no training run is open, in a task whose rounds run only in such runs. */
  get isBetweenRuns(): boolean {
    const { runs } = this.#ports;
    return runs !== undefined && runs.openRun === undefined;
  }

  /** Lets rounds begin automatically or not after a training run began or ended. */
  runChanged(): void {
    if (this.isBetweenRuns) {
      this.#scheduleNext();
      return;
    }
    if (this.#isSpent) return void this.#ports.runs?.spent();
    if (this.#life !== 'started') return;
    this.#scheduleNext();
    this.#ports.recall();
  }

  /** Number of the newest round; 0 if there was none. */
  get number(): number {
    return this.#maker.number;
  }

  /** True if there is a round whose end does not count yet. */
  get isUnderWay(): boolean {
    return this.#underWay.isOpen || this.#isMaking;
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
    if (this.#life !== 'started') throw new MurmurationError('server.stopping');
    if (this.#activity.is === 'running') throw new MurmurationError('round.under-way');
    if (this.isBetweenRuns)
      throw new MurmurationError(
        'round.closed',
        'Rounds of this task begin only in training runs, and none is open; begin a run.',
      );
    if (this.#isSpent) throw new MurmurationError('privacy.spent');
    this.#unschedule();
    void this.#runOne('command');
  }

  /**
   * Asks devices a query in the next round, even if the task is paused; before `start`, in the first one
   * after it. Throws `request.not-found` if the task has none of that name, or `server.stopping` after
   * `stop`.
   */
  ask(query: string): void {
    if (this.#hasStopped) throw new MurmurationError('server.stopping');
    this.#inquiries.want(this.upcoming, query, this.#ports.clock.now());
    this.#scheduleNext();
  }

  /** Asks a query as `ask`; once it resolves, a later coordinator asks it too. Also throws `storage.*`. */
  async askLastingly(query: string): Promise<void> {
    if (this.#hasStopped) throw new MurmurationError('server.stopping');
    await this.#inquiries.keep(this.upcoming, query, this.#ports.clock.now());
    this.ask(query);
  }

  standingOf(query: TaskQuery): QuerySchedule {
    return this.#inquiries.standingOf(this.upcoming, query, this.#ports.clock.now(), this.#isPaused);
  }

  /** Ends the current round as failed, and begins no other. */
  async stop(): Promise<void> {
    for (const each of this.underWay) each.abort('The coordinator is stopping.');
    await this.suspend();
  }

  /** Begins no other round, and leaves the current one to a later coordinator. */
  async suspend(): Promise<void> {
    this.#life = 'stopped';
    this.#unschedule();
    this.#succession.stop();
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
    return this.#times.nextAt;
  }

  /** Number of devices that wait for an assignment. */
  get waiting(): number {
    return this.#ports.pool.all;
  }

  /**
   * ms until a device can be of use: 0 while devices are gathered; in a paused task, the ms until they ask
   * again.
   */
  get untilNextRound(): number {
    if (this.#central?.isWhole) return neverOfUse;
    const phase = this.newest?.state.phase;
    if (phase === 'gathering' || (phase === 'updates' && addsAsTheyCome(this.#task) && !this.#isPaused))
      return 0;
    const now = this.#ports.clock.now();
    const left = Math.max(0, this.#times.next(now, this.task.interval) - now);
    const isAway = this.#isPaused || this.#isSpent || this.isBetweenRuns || this.trainsHere;
    return isAway ? Math.max(left, whilePaused) : left;
  }

  /**
   * Finds the round of this id if it is under way; an assignment of a buffer may be in a later one. Throws
   * `round.closed` for a round that is over, `assignment.unknown` for one whose devices are with other cells.
   */
  find(round: RoundId, assignment?: AssignmentId): RoundUnderWay | undefined {
    return this.#underWay.find(round, assignment);
  }

  get #hasStopped(): boolean {
    return this.#life === 'stopped';
  }

  #scheduleNext(): void {
    if (this.#activity.is !== 'running') this.#unschedule();
    if (this.#life !== 'started' || this.#activity.is === 'running') return;
    const { clock } = this.#ports;
    const now = clock.now();
    const mayTrain = !this.#isPaused && !this.#isSpent && !this.isBetweenRuns;
    if (mayTrain) this.#times.settle(now, this.task.interval);
    const asksAt = this.#inquiries.nextAt(this.upcoming, now, this.#isPaused);
    const { nextAt } = this.#times;
    const trains = mayTrain && nextAt <= asksAt;
    const at = trains ? nextAt : asksAt;
    if (at === Number.POSITIVE_INFINITY) return;
    const cancel = clock.at(at, () => void this.#runOne(trains ? 'schedule' : 'query'));
    this.#activity = { is: 'scheduled', cancel };
  }

  /** Cancels the scheduled round; one that is under way goes on. */
  #unschedule(): void {
    if (this.#activity.is !== 'scheduled') return;
    this.#activity.cancel();
    this.#activity = { is: 'idle' };
  }

  /** Runs one round; the next one follows even if it fails. */
  async #runOne(occasion: Occasion): Promise<void> {
    const { clock, moments, events } = this.#ports;
    this.#activity = { is: 'running' };
    try {
      this.#times.tries();
      await this.#begin(occasion);
    } catch (error) {
      if (codeOf(error) === 'privacy.spent') {
        this.#isSpent = true;
        await this.#ports.runs?.spent();
      } else {
        // Nothing is wrong: devices still enrol.
        if (codeOf(error) !== 'privacy.too-few-devices') events.emit('fault', 'beginning a round', error);
        moments.roundNotBegun(this.task.name);
        this.#times.failed(clock.now());
      }
    }
    this.#rest();
  }

  async #begin(occasion: Occasion): Promise<void> {
    const { head, files, newest } = await this.#registry.current(this.task.name);
    if (this.#hasStopped) return;
    const isEarly = occasion === 'command';
    const query = isEarly
      ? undefined
      : this.#inquiries.next(this.upcoming, this.#ports.clock.now(), this.#isPaused, query =>
          this.#armFor(query),
        );
    if (!query && (occasion === 'query' || this.isBetweenRuns)) return;
    this.#takeOver();
    if (query) return this.#ask(query, head.version.model, files);
    this.#central?.follow(newest);
    if (this.#central?.makesNext) return this.#trainHere(this.#central, head.version);
    const { count } = splitOf(this.task, files).shared;
    const privacy = await this.#ports.privacy.next(this.task, head.version.contributors > 0, count);
    if (this.#hasStopped || this.isBetweenRuns) return;
    const control = await this.#control(head, count);
    const frozenLayers = frozenLayersOf(files);
    const bases = await this.#offer(head.version, frozenLayers);
    if (this.#hasStopped || this.isBetweenRuns) return;
    const fairness = fairnessFor(this.task, head, count);
    const clip = clipFor(this.task, head, count);
    const own = { privacy, fairness, control, clip, bases, frozenLayers };
    const terms = this.#maker.terms(this.task, head.version, own);
    this.#times.began(terms.startedAt, this.task.interval);
    if (terms.kind === 'buffer') this.#succession.begins(terms.plan.model, terms.number, files.layout);
    const carried = this.#underWay.begin(this.#maker.open(this.task, terms, files.layout));
    if (isEarly) this.#ports.recall();
    await carried;
  }

  /**
   * Returns the control variates in a plan from the head, with c if devices get it; undefined if the strategy
   * has none.
   */
  async #control(head: Head, count: number): Promise<PlanControl | undefined> {
    const asked = controlFor(this.task, head, count);
    if (!asked) return undefined;
    const { values, ...control } = asked;
    return { ...control, file: (await this.#registry.storeBeside(head.version.model, values)) as ModelHash };
  }

  #armFor(query: ArmQuery) {
    return this.#ports.arms?.next(query, fewestAnswers(this.upcoming, query));
  }

  /** Updates the schedule of queries about arms after experiments have begun or ended. */
  armsChanged(): void {
    this.#scheduleNext();
  }

  async #ask(defined: Query, model: ModelHash, files: Pick<Manifest, 'topology' | 'layout'>): Promise<void> {
    const query = await this.#maker.withVersions(defined);
    const { answers } = this.#ports.privacy;
    const hasShown = () => this.#inquiries.hasShown(this.#task, query);
    const own = answers.concerns(this.#task, query)
      ? await answers.next(this.#task, query, hasShown)
      : undefined;
    if (this.#hasStopped) return;
    const { count } = splitOf(this.#task, files).shared;
    const privacy = own && { ...own, ...this.#ports.privacy.totalOf(this.#task, count) };
    const terms = this.#maker.termsOfQuery(this.#task, query, model, privacy);
    this.#inquiries.begun(query.name, terms.startedAt);
    const carried = this.#underWay.begin(this.#maker.open(this.#task, terms, files.layout));
    this.#ports.recall();
    await carried;
  }

  /**
   * Offers devices of a masked asynchronous task training from the version that rounds start from; returns
   * the bases of a buffer's plan.
   */
  async #offer(version?: ModelVersion, frozen: readonly string[] = []): Promise<Plan['bases']> {
    if (!this.trainings || this.trainsHere) return undefined;
    const { history } = this.#ports;
    return offerTraining(this.trainings, this.#task, { registry: this.#registry, history }, version, frozen);
  }

  /** Makes the offer for the current version; if that can't be read, the next round tries again. */
  async #offerAnew(): Promise<void> {
    await this.#offer().catch(error =>
      this.#ports.events.emit('fault', 'offering a version to train from', error),
    );
  }

  #over(record: RoundRecord): Promise<void> | undefined {
    this.#tell(record);
    // Devices that train next begin with its result, and need not wait for the next buffer.
    return record.model && this.trainings ? this.#offerAnew() : undefined;
  }

  /** Reads the findings of a query, or tells the training run of the round, once it counts. */
  #counted(record: RoundRecord): Promise<void> | undefined {
    if (record.query === undefined) return this.#ports.runs?.ended(record);
    return this.#inquiries.ended(this.upcoming, record.query)?.catch(error => {
      this.#ports.events.emit('fault', 'reading what a query found', error);
    });
  }

  /** Waits for the end of a round without devices. */
  async #trainHere(central: CentralRounds, base: ModelVersion): Promise<void> {
    const { clock, runs } = this.#ports;
    const { id, number, startedAt } = this.#maker.next();
    this.#times.began(startedAt, this.task.interval);
    this.#isMaking = true;
    const round = { task: this.task, base, round: id, number, run: runs?.openRun };
    await central.run(round, async record => {
      if (record.outcome === 'failed') this.#times.failed(clock.now());
      this.#tell(record);
      this.#isMaking = false;
      await runs?.ended(record);
      // From here on devices go on.
      if (!this.trainsHere) this.#ports.recall();
    });
  }

  #tell(record: RoundRecord): void {
    this.#ports.moments.roundEnded(record);
    this.#underWay.remember(record.round);
  }

  /** Reads the newest rounds that are over, once. */
  async #readHistory(): Promise<void> {
    if (this.#hasRead) return;
    this.#hasRead = true;
    const past = await this.#ports.history.rounds(this.task.name, Number.POSITIVE_INFINITY, maxFinished);
    await this.#inquiries.open(this.#task);
    this.#maker.follow(past[0]?.number ?? 0);
    const last = past.find(({ query }) => query === undefined);
    if (last) this.#times.beganBefore(last.startedAt, this.task.interval);
    this.#underWay.remember(...past.map(({ round }) => round).reverse());
  }
}

const codeOf = (error: unknown) => (error instanceof MurmurationError ? error.code : undefined);
