import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { writePlan } from '@murmuration/protocol/messages/plan';
import type { Clock } from '@murmuration/protocol/time/clock';
import { stalenessIn } from '../round/base.ts';
import type { RoundRecord } from '../round/record.ts';
import type { DrawnMember } from '../round/store.ts';
import type { Task } from '../task/task.ts';
import type { Carried } from './ports.ts';
import type { RoundMaker } from './round-maker.ts';
import type { RoundTimes } from './round-times.ts';
import type { Lifetime, RoundUnderWay } from './round-under-way.ts';
import type { Succession } from './succession.ts';

/** Number of finished rounds whose id still gets `round.closed` rather than `round.unknown`. */
export const maxFinished = 64;

/** Dependencies of a task's rounds while they follow one another. */
interface RoundsUnderWayPorts {
  readonly clock: Clock;
  readonly maker: RoundMaker;
  readonly times: RoundTimes;
  readonly succession: Succession;
  /** Returns the task with the settings of the round under way. */
  readonly task: () => Task;
  /** Gives the task the settings of the next round, if they differ. */
  readonly takeOver: () => void;
  /**
   * Called when a round is over. Returns undefined if nothing is waited for: the next steps then follow in
   * the same turn.
   */
  readonly over: (record: RoundRecord) => Promise<void> | undefined;
  /**
   * Called after `over`, once the round is no longer under way, or the buffer after it is the one that ends
   * next.
   */
  readonly counted: (record: RoundRecord) => Promise<void> | undefined;
}

/**
 * Rounds of a task that are under way (one, or two buffers while the first closes), and those that are
 * over.
 */
export class RoundsUnderWay {
  readonly #ports: RoundsUnderWayPorts;
  readonly #over: RoundId[] = [];
  #newest: Lifetime | undefined;
  /** Round that ends next; in an asynchronous task it may be the buffer before the newest. */
  #ending: Lifetime | undefined;
  #isOpen = false;

  constructor(ports: RoundsUnderWayPorts) {
    this.#ports = ports;
  }

  /** Newest round, which may be over; in an asynchronous task, the buffer that takes updates. */
  get newest(): Lifetime | undefined {
    return this.#newest;
  }

  /** Newest round, after the buffer that closes, if there is one; they may be over. */
  get all(): readonly Lifetime[] {
    return [...new Set([this.#ending, this.#newest])].filter(each => each !== undefined);
  }

  /** True if there is a round whose end does not count yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Models that the rounds start from. */
  get bases(): readonly ModelHash[] {
    return this.all.flatMap(({ bases }) => bases);
  }

  /** Finds a round as `TaskRounds.find`. */
  find(round: RoundId, assignment?: AssignmentId): RoundUnderWay | undefined {
    const { all } = this;
    const found =
      (assignment && all.find(({ here }) => here?.holds(round, assignment))) ??
      all.find(({ terms }) => terms.id === round);
    if (found && !found.here) throw new MurmurationError('assignment.unknown');
    if (found) return found.here;
    if (this.#over.includes(round)) throw new MurmurationError('round.closed');
    return undefined;
  }

  /** Remembers rounds that are over, the newest last. */
  remember(...rounds: readonly RoundId[]): void {
    this.#over.push(...rounds);
    if (this.#over.length > maxFinished) this.#over.splice(0, this.#over.length - maxFinished);
  }

  /** Begins a round that follows none; resolves once it and the buffers after it are over. */
  begin(driver: Lifetime): Promise<void> {
    this.#newest = driver;
    this.#setDue(driver);
    return this.#carry(driver);
  }

  /**
   * Acts as `begin`, for a round that goes on after a restart, or for two buffers once the first has
   * closed.
   */
  goOn(first: Lifetime, second: Lifetime | undefined): Promise<void> {
    this.#newest = second ?? first;
    if (second) this.#ports.succession.follow(first.terms.id, second);
    const carried = this.#carry(first);
    if (second) first.here?.succeeded();
    else this.#setDue(first);
    return carried;
  }

  /**
   * Begins a buffer when the one before it closes; it takes over the open assignments, unless their devices
   * have heard something else by now.
   */
  succeed(from: RoundId, open: readonly DrawnMember[], summed: Promise<void>): Carried {
    const { succession, maker, times, task, takeOver } = this.#ports;
    const known = succession.after(from);
    // It had begun before a restart, with the assignments that it took over.
    if (known) return { begun: known.begun, released: [] };
    const before = this.#newest!;
    takeOver();
    const { model } = succession.base;
    const { frozenLayers } = before.terms.plan;
    const terms = maker.terms(task(), { model, parent: null }, { frozenLayers });
    const isSame = equalBytes(writePlan({ ...before.terms.plan, model }), writePlan(terms.plan));
    const isKept = ({ base }: DrawnMember) =>
      isSame && terms.kind === 'buffer' && stalenessIn(terms, base!) <= terms.buffer.maxStaleness;
    const driver = maker.open(task(), terms, succession.layout, {
      carried: { members: open.filter(isKept), summed },
      before: before.ended,
    });
    times.began(terms.startedAt, task().interval);
    succession.follow(from, driver);
    this.#newest = driver;
    return { begun: driver.begun, released: open.filter(member => !isKept(member)) };
  }

  /**
   * Lets a buffer close as soon as it is full, but not earlier after its beginning than the task's schedule
   * says.
   */
  #setDue(driver: Lifetime): void {
    if (driver.terms.kind !== 'buffer') return;
    const { task, clock } = this.#ports;
    driver.here?.due(Math.min(driver.terms.startedAt, clock.now()) + task().interval);
  }

  /** Waits for the end of a round, and of the buffers that follow it. */
  async #carry(first: Lifetime): Promise<void> {
    const { succession, over, counted } = this.#ports;
    for (let driver: Lifetime | undefined = first; driver; ) {
      this.#ending = driver;
      this.#isOpen = true;
      const record = await driver.ended;
      if (!record) return;
      const next = succession.after(driver.terms.id);
      succession.over(record);
      const told = over(record);
      if (told) await told;
      if (next) this.#setDue(next);
      else this.#isOpen = false;
      const settled = counted(record);
      if (settled) await settled;
      driver = next;
    }
  }
}
