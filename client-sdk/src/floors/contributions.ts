import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Storage } from '../storage/storage.ts';
import { BelowFloor } from './below-floor.ts';
import { type HeldFloors, mostRecorded } from './floors.ts';

const day = 86_400_000;
/** Recorded contributions without a limit by the app: enough to cover a round and those that overlap it. */
const unlimitedRecorded = 64;

type Sent = readonly {
  readonly assignment: AssignmentId;
  readonly model: ModelHash;
  /** Round of a masked update; missing in records of earlier versions. */
  readonly round?: RoundId | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}[];

/**
 * Device's record of its contributions to a task. It limits what sums of many rounds, or of the same
 * model, reveal about the device. An update counts before its first byte leaves, whatever becomes of
 * it, and once even if it is sent again. Regardless of limits, no second update is made for a masked
 * round: the device's draws follow the round, so it would have the same values, and two sums that
 * differ by this device would reveal them.
 */
export class Contributions {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #limits: HeldFloors['contributions'];

  constructor(storage: Storage, clock: Clock, task: TaskName, limits: HeldFloors['contributions']) {
    this.#storage = storage;
    this.#clock = clock;
    this.#name = `contributions.${task}`;
    this.#limits = limits;
  }

  /** Returns the ms until the device may contribute again; 0 if it may now. */
  async wait(): Promise<number> {
    if (!this.#isLimited) return 0;
    const today = this.#today(await this.#read());
    const over = today.length - this.#limits.day;
    if (over < 0) return 0;
    return today[over]!.at + day - this.#clock.now();
  }

  /**
   * Throws `plan.below-floor` if this assignment would exceed a limit. Throws `round.begun` if it has been
   * counted, unless its update `isMade` (another update would be another contribution), or if another
   * assignment of its masked round has been counted. `model`: the version trained from.
   */
  async require(assignment: Assignment, isMade: boolean, model = assignment.plan.model): Promise<void> {
    if (!this.#isKept(assignment)) return;
    if (!this.#check(await this.#read(), assignment, model) && !isMade)
      throw new MurmurationError('round.begun');
  }

  /** Records an update that is about to leave, durably. Throws as `require`. */
  async count(assignment: Assignment, model = assignment.plan.model): Promise<void> {
    if (!this.#isKept(assignment)) return;
    const before = await this.#read();
    if (!this.#check(before, assignment, model)) return;
    const { assignment: id, round, plan } = assignment;
    const sent = { assignment: id, model, at: this.#clock.now(), ...(plan.masking && { round }) };
    await this.#save([...before, sent]);
  }

  get #isLimited(): boolean {
    return Number.isFinite(this.#limits.day) || Number.isFinite(this.#limits.model);
  }

  #isKept({ plan }: Assignment): boolean {
    return this.#isLimited || plan.masking !== null;
  }

  /** Returns true if the assignment has not been counted yet. */
  #check(all: Sent, { assignment, round, plan }: Assignment, model: ModelHash): boolean {
    if (all.some(each => each.assignment === assignment)) return false;
    if (plan.masking && all.some(each => each.round === round)) throw new MurmurationError('round.begun');
    const limits = this.#limits;
    if (this.#today(all).length >= limits.day)
      throw new BelowFloor('contributions', `The device has contributed ${limits.day} times within a day.`);
    if (all.filter(each => each.model === model).length >= limits.model)
      throw new BelowFloor(
        'contributions',
        `The device has contributed ${limits.model} times to one model version.`,
      );
    return true;
  }

  #today(all: Sent): Sent {
    const since = this.#clock.now() - day;
    return all.filter(({ at }) => at > since);
  }

  /** Returns the record, the oldest first; empty if damaged, which only the device itself can cause. */
  async #read(): Promise<Sent> {
    const bytes = await this.#storage.get(this.#name);
    const read = bytes && parseJson(bytes);
    const all: Sent = Array.isArray(read) ? read : [];
    const now = this.#clock.now();
    if (all.every(({ at }) => at <= now)) return all;
    // The clock was set back in the meantime: entries in the future count for a day from now.
    const moved = all.map(each => ({ ...each, at: Math.min(each.at, now) }));
    await this.#save(moved);
    return moved;
  }

  #save(all: Sent): Promise<void> {
    const kept = all.slice(this.#isLimited ? -mostRecorded : -unlimitedRecorded);
    return this.#storage.put(this.#name, utf8(JSON.stringify(kept)));
  }
}
