import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Storage } from '../storage/storage.ts';
import type { HeldFloors, PrivacyFloor } from './floors.ts';
import { type AskedQuery, belowPrivacy, OwnLoss, type PlanWithNoise } from './own-loss.ts';

/**
 * Checks a plan against the ε, δ, and source of noise that the app, or else the first plan of its task with a
 * privacy budget, states; and its noise by devices against its own ε. Noise by the coordinator can't be
 * checked: only the plan's statement is.
 */
export class Promises {
  readonly #storage: Storage;
  readonly #plan: Plan;
  readonly #floor: HeldFloors['privacy'];
  /** Storage names of pinned promises; the first is the plan's own. */
  readonly #pins: readonly string[];
  readonly #asked: AskedQuery | undefined;
  readonly #loss: OwnLoss;

  /**
   * Creates the check; `pins`: storage names of what later plans must keep to without a floor of
   * the app; `asked`: the plan's query.
   */
  constructor(
    storage: Storage,
    plan: Plan,
    floor: HeldFloors['privacy'],
    pins: readonly string[],
    asked?: AskedQuery,
  ) {
    this.#storage = storage;
    this.#plan = plan;
    this.#floor = floor;
    this.#pins = pins;
    this.#asked = asked;
    this.#loss = new OwnLoss(storage, plan, asked);
  }

  /**
   * Throws `plan.below-floor`, and `round.begun` if an update of the
   * assignment has been counted, unless `isMade`.
   */
  async require(assignment: AssignmentId, isMade: boolean): Promise<void> {
    await this.#requireFloor();
    if (isNoisy(this.#plan)) await this.#loss.require(this.#plan, assignment, isMade);
  }

  /** Records a part, and pins the plan's promise, durably. Throws as `require`. */
  async count(assignment: AssignmentId): Promise<void> {
    await this.#requireFloor();
    if (isNoisy(this.#plan)) await this.#loss.count(this.#plan, assignment);
    if (this.#floor === 'pinned') await this.#promise();
  }

  async #requireFloor(): Promise<void> {
    if (typeof this.#floor === 'object') return this.#requireOne(this.#floor);
    for (const pin of this.#pins) {
      const pinned = await this.#pinned(pin);
      if (pinned) this.#requireOne(pinned);
    }
  }

  #requireOne(floor: PrivacyFloor): void {
    const { privacy } = this.#plan;
    // Answers have noise by devices, or none.
    const {
      epsilon,
      delta,
      noiseBy = 'devices',
    } = this.#asked ? { ...floor, noiseBy: 'devices' as const } : floor;
    const asked = `${floor === this.#floor ? 'the app' : 'an earlier plan of the task'} says ε = ${epsilon} at δ = ${delta}, by noise of ${noiseBy === 'devices' ? 'devices' : 'the coordinator or devices'}.`;
    if (!privacy) throw belowPrivacy(`The plan has no privacy budget; ${asked}`);
    if (privacy.epsilon > epsilon || privacy.delta > delta)
      throw belowPrivacy(`The plan says ε = ${privacy.epsilon} at δ = ${privacy.delta}; ${asked}`);
    if (noiseBy === 'devices' && !privacy.noise)
      throw belowPrivacy(`The plan leaves noise to the coordinator; ${asked}`);
  }

  /** Pins the first ε and δ; and noise by devices, once they have added it. */
  async #promise(): Promise<void> {
    const pinned = await this.#pinned(this.#pins[0]!);
    const { epsilon, delta, noise } = this.#plan.privacy!;
    if (pinned && (!noise || pinned.noiseBy === 'devices')) return;
    const next: PrivacyFloor = {
      ...(pinned ?? { epsilon, delta }),
      noiseBy: noise ? 'devices' : 'coordinator',
    };
    await this.#storage.put(this.#pins[0]!, utf8(JSON.stringify(next)));
  }

  /** Returns undefined if damaged, which only the device itself can cause. */
  async #pinned(pin: string): Promise<PrivacyFloor | undefined> {
    if (this.#floor !== 'pinned') return undefined;
    const bytes = await this.#storage.get(pin);
    return bytes && (parseJson(bytes) as PrivacyFloor | undefined);
  }
}

function isNoisy(plan: Plan): plan is PlanWithNoise {
  return plan.privacy?.noise !== undefined;
}
