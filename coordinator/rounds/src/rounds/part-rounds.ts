import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { type Aggregate, aggregateFor } from '../aggregation/aggregate.ts';
import { labelOf } from '../population/arm-label.ts';
import type { Candidates, WaitingPool } from '../population/waiting-pool.ts';
import type { AskedAccounts } from '../privacy/asked-accounts.ts';
import type { Registry } from '../registry/registry.ts';
import { shareOf, termsOfPart } from '../round/parts.ts';
import { type PartProgress, progressOf } from '../round/progress.ts';
import type { PartTerms, RoundTerms, SpreadTerms } from '../round/round.ts';
import type { SavedRound } from '../round/store.ts';
import type { Task } from '../task/task.ts';
import { recordOfAbandoned } from './abandon.ts';
import { RoundDriver } from './driver.ts';
import type { DriverPorts, SpreadPorts } from './ports.ts';
import { restore } from './restore.ts';
import { isOfStorage } from './until-stored.ts';

/** ms between two checks for a round that has begun, or is over. */
const checkMs = 500;
/** Number of finished rounds whose id still gets `round.closed` rather than `round.unknown`. */
const maxFinished = 64;

/**
 * Settings of a task that its parts follow, as the leading cell gives them; with the ms until the task can
 * use a device.
 */
export type Schedule = Pick<Task, 'eligibility' | 'masking' | 'deadlines'> & {
  readonly untilNextRound: number;
};

export interface PartRoundsPorts extends Omit<DriverPorts, 'endPart' | 'spread'> {
  readonly registry: Registry;
  readonly spread: SpreadPorts;
  /** Accounts of the devices of this part under the privacy budget of the task. */
  readonly accounts: Pick<AskedAccounts, 'follow' | 'close'>;
  readonly pool: Pick<WaitingPool, 'size' | 'all' | 'draw' | 'answering' | 'devices'>;
  /** Returns the schedule from the leading cell; undefined if there is none yet. */
  readonly schedule: () => Schedule | undefined;
  /** Ends the waiting of devices that the privacy budget of the task no longer admits. */
  readonly dismiss: () => void;
}

/**
 * One part of each round of a task that is spread over cells, by the terms that the leading cell stores. Its
 * result is left in the storage. A part ends with its round, however that ends.
 */
export class PartRounds {
  /** Number of the part, from 1. */
  readonly part: number;
  /** Devices of parts keep no updates. */
  readonly trainings = undefined;
  readonly trainsHere = false;
  readonly #task: Task;
  readonly #ports: PartRoundsPorts;
  readonly #over: RoundId[] = [];
  /** Round under way whose part another cell has ended before this one had it. */
  #endedBefore: RoundId | undefined;
  #driver: RoundDriver | undefined;
  /** Newest part whose round is known to be over. */
  #left: RoundDriver | undefined;
  #looking: Promise<void> = Promise.resolve();
  #cancel: Cancel = () => {};
  #hasFollowed = false;
  #isStopped = false;

  constructor(task: Task, part: number, ports: PartRoundsPorts) {
    this.#task = task;
    this.part = part;
    this.#ports = ports;
  }

  /** Task with the settings of the next round, as far as devices need them, and the goal of this part. */
  get task(): Task {
    const schedule = this.#ports.schedule();
    const { eligibility, masking, deadlines, cohort, spread } = { ...this.#task, ...schedule };
    const goal = shareOf(cohort.goal, this.part, spread!.count);
    return { ...this.#task, eligibility, masking, deadlines, cohort: { ...cohort, goal } };
  }

  /** Newest part, which may be over. */
  get current(): RoundDriver | undefined {
    return this.#driver;
  }

  /** Progress of the newest part, which may be over. */
  get progress(): PartProgress | undefined {
    const driver = this.#driver;
    return driver && progressOf(driver.state, this.#poolOf(driver.terms).size);
  }

  /** ms until a device can be of use: 0 while devices are gathered. */
  get untilNextRound(): number {
    const { clock, schedule } = this.#ports;
    const state = this.#driver?.state;
    if (state?.phase === 'gathering') return 0;
    const said = schedule()?.untilNextRound ?? 0;
    // The leading cell may still gather, in other parts.
    const isTraining = state && !state.terms.plan.query;
    const next = isTraining ? state.terms.startedAt + this.#task.interval - clock.now() : 0;
    return Math.max(0, said, next);
  }

  /** Finds the part of an assignment, in the round of this id. */
  find(round: RoundId, assignment?: AssignmentId): RoundDriver | undefined {
    const driver = this.#driver;
    if (driver?.terms.id !== round) return undefined;
    return assignment === undefined || driver.holds(round, assignment) ? driver : undefined;
  }

  /** True if a round is over, in all parts. */
  isOver(round: RoundId): boolean {
    return this.#over.includes(round);
  }

  /**
   * True if a device had a part in the newest round which goes on elsewhere, as far as is known here, and may
   * count in a privacy budget: until it ends, the device's next moment to take part is unknown.
   */
  mayCount(device: DeviceId): boolean {
    const driver = this.#driver;
    if (!driver?.terms.plan.privacy || driver === this.#left) return false;
    return driver.hadPart(device);
  }

  /** Notes that the waiting devices have changed. */
  poolChanged(): void {
    this.#driver?.poolChanged();
  }

  /**
   * Resumes the part of the newest stored round, and forgets all others that it is given; call it before
   * `start`. Throws `storage.*`.
   */
  async resume(saved: readonly SavedRound<PartTerms>[]): Promise<void> {
    const open = await this.#open();
    for (const each of saved) {
      const isNewest = open.at(-1)?.id === each.terms.id && each.terms.part === this.part;
      if (isNewest) await this.#goOn(each);
      else await this.#ports.spread.parts.forget(each.terms);
    }
  }

  /** Starts the checks for rounds. */
  start(): void {
    void this.#turn();
  }

  /** True if nothing is under way that another cell would have to take over. */
  get isIdle(): boolean {
    const phase = this.#driver?.state.phase;
    return phase === undefined || phase === 'published' || phase === 'failed';
  }

  /** Stops the checks, and leaves what is under way to another cell. */
  async suspend(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    // The check may wait for its end.
    await this.#driver?.suspend();
    await this.#ports.accounts.close();
    await this.#looking;
  }

  #turn(): Promise<void> {
    const { clock, events } = this.#ports;
    this.#looking = this.#look()
      .catch(error => {
        // It checks again.
        events.emit('fault', 'looking for a part of a round', error);
      })
      .then(() => {
        if (!this.#isStopped) this.#cancel = clock.at(clock.now() + checkMs, () => void this.#turn());
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (!this.#hasFollowed) {
      await this.#follow();
      this.#hasFollowed = true;
    }
    const open = await this.#open();
    if (this.#isStopped) return;
    const isOpen = (round: RoundId) => open.some(({ id }) => id === round);
    const driver = this.#driver;
    if (driver && !isOpen(driver.terms.id)) await this.#leave(driver);
    if (this.#endedBefore && !isOpen(this.#endedBefore)) {
      this.#remember(this.#endedBefore);
      this.#endedBefore = undefined;
    }
    const newest = open.at(-1);
    if (!newest || newest.id === driver?.terms.id || newest.id === this.#endedBefore) return;
    // An earlier cell may have ended it.
    const results = await this.#ports.spread.parts.results(newest.id);
    if (results.has(this.part)) this.#endedBefore = newest.id;
    if (this.#isStopped || results.has(this.part)) return;
    await driver?.ended;
    const terms = termsOfPart(newest, this.part);
    const aggregate = await this.#aggregateFor(terms);
    await this.#follow(terms);
    if (!this.#isStopped) this.#driver = new RoundDriver(terms, aggregate, this.#portsOf(terms));
  }

  /** Handles the end of a part's round: what it has taken of a privacy budget now holds for its devices. */
  async #leave(driver: RoundDriver): Promise<void> {
    driver.abort('The round is over.');
    if (this.#left === driver) return;
    await this.#follow();
    this.#left = driver;
    this.#remember(driver.terms.id);
  }

  /** Follows the privacy budget: the cells that lead the rounds take its steps. */
  async #follow(terms?: RoundTerms): Promise<void> {
    if (!this.#task.privacy) return;
    const { accounts, dismiss, pool } = this.#ports;
    await accounts.follow(() => pool.devices, terms?.plan.privacy);
    if (!this.#isStopped) dismiss();
  }

  /** Returns the rounds under way that have this part. */
  async #open(): Promise<readonly SpreadTerms[]> {
    const { parts } = this.#ports.spread;
    const open = await parts.open(this.#task.name);
    return open.filter(terms => terms.parts.count === this.#task.spread?.count);
  }

  async #goOn(saved: SavedRound<PartTerms>): Promise<void> {
    const { terms, damage } = saved;
    if (damage !== undefined) {
      const error = new MurmurationError('storage.corrupt', damage);
      this.#ports.events.emit('fault', 'reading the sum of a part', error, terms.id);
    }
    let aggregate: Aggregate;
    try {
      aggregate = await this.#aggregateFor(terms);
      restore(aggregate, saved, this.#task);
    } catch (error) {
      if (!(error instanceof MurmurationError) || isOfStorage(error)) throw error;
      const reason = `The part could not go on after a restart: ${error.detail}`;
      const record = recordOfAbandoned(saved, reason, this.#ports.clock.now());
      return this.#ports.spread.parts.end(terms, { record, contributors: [] });
    }
    this.#driver = new RoundDriver(terms, aggregate, this.#portsOf(terms), { saved });
  }

  #remember(over: RoundId): void {
    this.#over.push(over);
    if (this.#over.length > maxFinished) this.#over.shift();
  }

  async #aggregateFor({ plan, id }: RoundTerms): Promise<Aggregate> {
    const { registry } = this.#ports;
    const { layout } = await registry.files(plan.model);
    if (plan.control) registry.putBeside(plan.model, plan.control.file);
    return aggregateFor('sum', plan, layout, id);
  }

  #poolOf({ plan }: RoundTerms): Candidates {
    const { pool } = this.#ports;
    const query = queryOf(plan);
    return query ? pool.answering(labelOf(query)) : pool;
  }

  #portsOf(terms: PartTerms): DriverPorts {
    const { spread } = this.#ports;
    return {
      ...this.#ports,
      pool: this.#poolOf(terms),
      endPart: (result, sum) => spread.parts.end(terms, result, sum),
    };
  }
}
