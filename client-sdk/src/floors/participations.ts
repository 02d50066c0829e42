import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { AssignmentId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Storage } from '../storage/storage.ts';
import { BelowFloor } from './below-floor.ts';
import type { HeldFloors } from './floors.ts';
import type { AskedQuery } from './own-loss.ts';
import type { Promises } from './promises.ts';

interface Record {
  readonly budget: string;
  /** Step of the last part. */
  readonly step: number;
  /** Parts in the budget. */
  readonly parts: number;
  /** Assignment of the last part; missing in records of earlier versions. */
  readonly assignment?: AssignmentId | undefined;
}

/**
 * Device's record of its parts in a task's privacy budget, which ε depends on: they keep their separation,
 * and the budget's limit, whatever the coordinator asks. A part counts before its first byte leaves. Where
 * the coordinator adds the noise, a second part in the last step doesn't count: nothing was released in
 * between. Where devices add it, it counts, since the sum may have been opened.
 */
export class Participations {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #floor: HeldFloors['privacy'];
  readonly #asked: AskedQuery | undefined;

  /**
   * Creates the record of a task; `asked`: the query that the parts answer, which has a budget of its own.
   */
  constructor(storage: Storage, task: TaskName, floor: HeldFloors['privacy'], asked?: AskedQuery) {
    this.#storage = storage;
    this.#name = `participations.${asked ? `${task}.${asked.name}` : task}`;
    this.#floor = floor;
    this.#asked = asked;
  }

  /**
   * Throws `plan.below-floor` if a part now would be too soon or too many, if the plan promises less privacy
   * than the app requires, or if noise by devices would not give the plan's ε. Throws `round.begun` if the
   * assignment has been counted, unless its update `isMade`, before a restart.
   */
  async require(plan: Plan, assignment: AssignmentId, isMade: boolean): Promise<void> {
    await (await this.#promises(plan))?.require(assignment, isMade);
    if (plan.privacy) await this.#next(plan.privacy, assignment);
  }

  /** Records a part, durably. Throws as `require`. */
  async count(plan: Plan, assignment: AssignmentId): Promise<void> {
    const next = plan.privacy && (await this.#next(plan.privacy, assignment));
    await (await this.#promises(plan))?.count(assignment);
    if (next) await this.#storage.put(this.#name, utf8(JSON.stringify(next)));
  }

  /** Loads the check of a plan's promises; undefined if there is nothing to check. */
  async #promises(plan: Plan): Promise<Promises | undefined> {
    const pin = `promise.${plan.task}`;
    const pins = this.#asked ? [`${pin}.answers`, pin] : [pin];
    const isPinned =
      this.#floor === 'pinned' &&
      (plan.privacy || (await Promise.all(pins.map(each => this.#storage.get(each)))).some(each => each));
    if (!isPinned && typeof this.#floor === 'string' && !plan.privacy?.noise) return undefined;
    const { Promises } = await import('./promises.ts');
    return new Promises(this.#storage, plan, this.#floor, pins, this.#asked);
  }

  async #next(
    { budget, step, separation, participations, noise }: PlanPrivacy,
    assignment: AssignmentId,
  ): Promise<Record> {
    const last = await this.#last(budget);
    if (!last) return { budget, step, parts: 1, assignment };
    const isSame = step === last.step;
    if (isSame && (!noise || assignment === last.assignment)) return last;
    if (!isSame && step < last.step + separation)
      throw new BelowFloor(
        'privacy',
        `The device took part in step ${last.step} of its privacy budget and may again in step ${last.step + separation}; this is step ${step}.`,
      );
    if (last.parts >= participations)
      throw new BelowFloor(
        'privacy',
        `The device has taken part ${last.parts} times in its privacy budget, which allows ${participations}.`,
      );
    return { budget, step, parts: last.parts + 1, assignment };
  }

  /** Returns the record; undefined if damaged, which only the device itself can cause. */
  async #last(budget: string): Promise<Record | undefined> {
    const bytes = await this.#storage.get(this.#name);
    const last = bytes && (parseJson(bytes) as Record | undefined);
    return last?.budget === budget ? last : undefined;
  }
}
