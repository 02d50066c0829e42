import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { writePlan } from '@murmuration/protocol/messages/plan';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Member } from '../round/cohort.ts';
import type { RoundTerms } from '../round/round.ts';
import type { Claims } from './claims.ts';
import type { PhaseInputs } from './masked-part.ts';
import type { CohortChannel } from './ports.ts';

/** Longest reason that a `round-end` has room for, in characters. */
const longestReason = 1_024;

/** What a round says to its devices; nothing here waits, so that a caller first sees to it that all is durable. */
export class Outbox {
  readonly #terms: RoundTerms;
  readonly #planBytes: Uint8Array;
  readonly #claims: Claims;
  readonly #channel: CohortChannel;
  readonly #comeBackAfter: (device: DeviceId) => number;

  constructor(
    terms: RoundTerms,
    claims: Claims,
    {
      channel,
      comeBackAfter,
    }: { readonly channel: CohortChannel; readonly comeBackAfter: (device: DeviceId) => number },
  ) {
    this.#terms = terms;
    this.#planBytes = writePlan(terms.plan);
    this.#claims = claims;
    this.#channel = channel;
    this.#comeBackAfter = comeBackAfter;
  }

  isConnected(device: DeviceId): boolean {
    return this.#channel.isConnected(device);
  }

  /** `deadline`: when updates are no longer taken, ms since 1970. */
  assign({ device, assignment }: Member, deadline: number): void {
    const { id, number, plan } = this.#terms;
    const token = this.#claims.token(assignment);
    const planBytes = this.#planBytes;
    const message: Assignment = { round: id, number, assignment, token, plan, planBytes, deadline };
    this.#channel.assign(device, message);
  }

  /** What the phase gives to a member, if it does. */
  feed({ device, assignment }: Member, feed: PhaseInputs): void {
    const event = feed.eventOf(assignment);
    const message = feed.inputs.get(assignment);
    if (message) this.#channel.feed(device, event, { round: this.#terms.id, assignment, message });
  }

  end(device: DeviceId, outcome: RoundEnd['outcome'], reason: string): void {
    const after = this.#comeBackAfter(device);
    this.#channel.end(device, {
      round: this.#terms.id,
      outcome,
      reason: reason.slice(0, longestReason),
      after,
    });
  }
}
