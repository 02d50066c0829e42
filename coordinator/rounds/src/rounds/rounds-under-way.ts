import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { writePlan } from '@murmuration/protocol/messages/plan';
import { stalenessIn } from '../round/base.ts';
import type { RoundRecord } from '../round/record.ts';
import type { DrawnMember } from '../round/store.ts';
import type { Carried } from './ports.ts';
import type { RoundParts } from './round-parts.ts';
import type { Lifetime, RoundUnderWay } from './round-under-way.ts';

/** Number of finished rounds whose id still gets `round.closed` rather than `round.unknown`. */
export const maxFinished = 64;

/**
 * Rounds of a task that are under way (one, or two buffers while the first closes), and those that are
 * over.
 */
export class RoundsUnderWay {
  readonly #parts: RoundParts;
  readonly #offer: () => Promise<void> | undefined;
  readonly #over: RoundId[] = [];
  #newest: Lifetime | undefined;
  /** Round that ends next; in an asynchronous task it may be the buffer before the newest. */
  #ending: Lifetime | undefined;
  #isOpen = false;

  /**
   * `offer` is called when a round has led to a version; it returns undefined if nothing is waited for: the
   * next steps then follow in the same turn.
   */
  constructor(parts: RoundParts, offer: () => Promise<void> | undefined) {
    this.#parts = parts;
    this.#offer = offer;
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

  /** Tells others that a round is over. */
  tell(record: RoundRecord): void {
    this.#parts.ports.moments.roundEnded(record);
    this.remember(record.round);
  }

  /**
   * Reads the findings of a query, or tells the training run of a round; call it once the round is no longer
   * under way, or the buffer after it is the one that ends next. Throws `storage.*`.
   */
  count(record: RoundRecord): Promise<void> | undefined {
    const { ports, inquiries, settings } = this.#parts;
    if (record.query === undefined) return ports.runs?.ended(record);
    return inquiries.ended(settings.upcoming, record.query);
  }

  /**
   * Begins a round that follows none, or goes on with it after a restart; of two buffers, the first has
   * closed. Resolves once the round and the buffers after it are over.
   */
  begin(first: Lifetime, second?: Lifetime): Promise<void> {
    this.#newest = second ?? first;
    if (second) this.#parts.succession.follow(first.terms.id, second);
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
    const { succession, maker, times, settings } = this.#parts;
    const known = succession.after(from);
    // It had begun before a restart, with the assignments that it took over.
    if (known) return { begun: known.begun, released: [] };
    const before = this.#newest!;
    settings.takeOver();
    const { task } = settings;
    const { model } = succession.base;
    const { frozenLayers } = before.terms.plan;
    const terms = maker.terms(task, { model, parent: null }, { frozenLayers });
    const isSame = equalBytes(writePlan({ ...before.terms.plan, model }), writePlan(terms.plan));
    const isKept = ({ base }: DrawnMember) =>
      isSame && terms.kind === 'buffer' && stalenessIn(terms, base!) <= terms.buffer.maxStaleness;
    const driver = maker.open(task, terms, succession.layout, {
      carried: { members: open.filter(isKept), summed },
      before: before.ended,
    });
    times.began(terms.startedAt, task.interval);
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
    const { settings, ports } = this.#parts;
    driver.here?.due(Math.min(driver.terms.startedAt, ports.clock.now()) + settings.task.interval);
  }

  /** Waits for the end of a round, and of the buffers that follow it. */
  async #carry(first: Lifetime): Promise<void> {
    const { succession } = this.#parts;
    for (let driver: Lifetime | undefined = first; driver; ) {
      this.#ending = driver;
      this.#isOpen = true;
      const record = await driver.ended;
      if (!record) return;
      const next = succession.after(driver.terms.id);
      succession.over(record);
      this.tell(record);
      // Devices that train next begin with its result, and need not wait for the next buffer.
      const offered = record.model ? this.#offer() : undefined;
      if (offered) await offered;
      if (next) this.#setDue(next);
      else this.#isOpen = false;
      const counted = this.#counted(record);
      if (counted) await counted;
      driver = next;
    }
  }

  /** Acts as `count`; if the findings of a query can't be read, its rounds begin again. */
  #counted(record: RoundRecord): Promise<void> | undefined {
    const counted = this.count(record);
    if (record.query === undefined) return counted;
    return counted?.catch(error => {
      this.#parts.ports.events.emit('fault', 'reading what a query found', error);
    });
  }
}
