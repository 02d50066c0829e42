import { accountOf } from '@murmuration/privacy/accountants/account';
import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanNoise, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Storage } from '../storage/storage.ts';
import { BelowFloor } from './below-floor.ts';

export type PlanWithNoise = Plan & { readonly privacy: PlanPrivacy & { readonly noise: PlanNoise } };

/** Query of a plan, with its noise. */
export interface AskedQuery {
  readonly name: string;
  /**
   * Most ε and δ of all the device's answers to it, and the mechanism of one sum; undefined without noise.
   */
  readonly noise?: { readonly epsilon: number; readonly delta: number; readonly of: Distributed };
}

/** Parts of the device with the same kind of noise. */
interface Loss {
  /** Query; undefined for training. */
  readonly query?: string;
  readonly of: Distributed;
  readonly parts: number;
  /** Assignment of the last part. */
  readonly assignment: AssignmentId;
}

/** Relative difference between two devices' computations of the same ε. */
const maxRelativeError = 1e-6;
/** Most kinds of noise that a device records; changed settings make new ones. */
const mostKinds = 256;

/**
 * Device's record of its privacy loss in sums with noise by devices, over all budgets. A part counts before
 * its first byte leaves, and once even if it is sent again.
 */
export class OwnLoss {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #asked: AskedQuery | undefined;

  constructor(storage: Storage, { task }: Plan, asked?: AskedQuery) {
    this.#storage = storage;
    this.#name = `loss.${task}`;
    this.#asked = asked;
  }

  /**
   * Throws `plan.below-floor` unless the noise of a plan gives the ε that it states: over all parts of its
   * budget that a device may take, and over this part and all that the device has taken for the task. The
   * first part of a query, and all of the device's answers to it, must also keep to what the query states.
   * Only the noise of the honest devices of the smallest sum counts. Throws `round.begun` if a part of the
   * assignment has been counted, unless its update `isMade`: another update would be another part.
   */
  async require(plan: PlanWithNoise, assignment: AssignmentId, isMade: boolean): Promise<void> {
    const { isCounted } = await this.#next(plan, assignment);
    if (isCounted && !isMade) throw new MurmurationError('round.begun');
  }

  /** Records a part, durably. Throws as `require`. */
  async count(plan: PlanWithNoise, assignment: AssignmentId): Promise<void> {
    const { next, isCounted } = await this.#next(plan, assignment);
    if (isCounted) return;
    await this.#storage.put(this.#name, utf8(JSON.stringify(next)));
  }

  async #next(
    plan: PlanWithNoise,
    assignment: AssignmentId,
  ): Promise<{ readonly next: readonly Loss[]; readonly isCounted: boolean }> {
    const { privacy } = plan;
    const asked = this.#asked?.noise;
    const of = asked?.of ?? mechanismOf(plan);
    const whole: Mechanism = { kind: 'repeated', times: privacy.participations, of };
    for (const each of asked ? [asked, privacy] : [privacy])
      requireEpsilon(each, whole, 'parts of its budget');
    const past = await this.#read();
    if (past.some(each => each.assignment === assignment)) return { next: past, isCounted: true };
    const query = this.#asked?.name;
    const key = JSON.stringify(of);
    const same = past.find(each => each.query === query && JSON.stringify(each.of) === key);
    const part = { ...(query !== undefined && { query }), of, parts: (same?.parts ?? 0) + 1, assignment };
    const next = [...past.filter(each => each !== same), part];
    if (asked)
      requireEpsilon(asked, lossOf(next.filter(each => each.query === query)), 'answers of this device');
    requireEpsilon(privacy, lossOf(next), 'parts of this device, in all budgets');
    if (next.length > mostKinds)
      throw belowPrivacy(`The device has added ${mostKinds} kinds of noise for this task.`);
    return { next, isCounted: false };
  }

  /** Returns the record; empty if damaged, which only the device itself can cause. */
  async #read(): Promise<readonly Loss[]> {
    const bytes = await this.#storage.get(this.#name);
    const read = bytes && parseJson(bytes);
    return Array.isArray(read) ? read : [];
  }
}

const lossOf = (losses: readonly Loss[]): Mechanism => ({
  kind: 'composed',
  parts: losses.map(each => ({ kind: 'repeated', times: each.parts, of: each.of }) as const),
});

export const belowPrivacy = (detail: string): BelowFloor => new BelowFloor('privacy', detail);

function mechanismOf(plan: PlanWithNoise): Distributed {
  try {
    return plannedNoise(plan, plan.privacy.noise);
  } catch (error) {
    if (error instanceof MurmurationError) throw belowPrivacy(error.detail);
    throw error;
  }
}

function requireEpsilon(
  { epsilon, delta }: Pick<PlanPrivacy, 'epsilon' | 'delta'>,
  mechanism: Mechanism,
  over: string,
): void {
  const spent = accountOf(mechanism).epsilonAt(delta);
  if (!(spent <= epsilon * (1 + maxRelativeError)))
    throw belowPrivacy(
      `The plan says ε = ${epsilon} at δ = ${delta}; with its noise the ${over} come to ε = ${spent.toPrecision(4)}.`,
    );
}
