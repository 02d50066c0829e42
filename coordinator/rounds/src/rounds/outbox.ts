import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { type Plan, writePlan } from '@murmuration/protocol/messages/plan';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Member } from '../round/cohort.ts';
import type { RoundTerms } from '../round/round.ts';
import type { Claims } from './claims.ts';
import type { PhaseInputs } from './masked-part.ts';
import type { DriverPorts } from './ports.ts';

/** Longest reason that fits in a `round-end`, in characters. */
const maxEndReasonLength = 1_024;

/**
 * Sends a round's messages to its devices. It waits for nothing, so that a caller first makes everything
 * durable.
 */
export class Outbox {
  readonly #terms: RoundTerms;
  /**
   * Plan for devices, by the version that they start from: one version for a whole round, except in an
   * asynchronous task.
   */
  readonly #plans = new Map<ModelHash, { readonly plan: Plan; readonly planBytes: Uint8Array }>();
  readonly #claims: Claims;
  readonly #ports: Pick<DriverPorts, 'channel' | 'comeBackAfter'>;

  constructor(terms: RoundTerms, claims: Claims, ports: Pick<DriverPorts, 'channel' | 'comeBackAfter'>) {
    this.#terms = terms;
    this.#claims = claims;
    this.#ports = ports;
  }

  isConnected(device: Member['device']): boolean {
    return this.#ports.channel.isConnected(device);
  }

  /**
   * `deadline` is the moment until which updates are taken, ms since 1970; a carried-over assignment has its
   * own.
   */
  assign({ device, assignment, base }: Member, deadline: number): void {
    const { id, number, plan } = this.#terms;
    const message: Assignment = {
      round: base?.round ?? id,
      number: base?.number ?? number,
      assignment,
      token: this.#claims.token(assignment),
      ...this.#planFrom(base?.model ?? plan.model),
      deadline: base?.until ?? deadline,
    };
    this.#ports.channel.assign(device, message);
  }

  #planFrom(model: ModelHash): { readonly plan: Plan; readonly planBytes: Uint8Array } {
    const known = this.#plans.get(model);
    if (known) return known;
    const plan = { ...this.#terms.plan, model };
    const made = { plan, planBytes: writePlan(plan) };
    this.#plans.set(model, made);
    return made;
  }

  /** Sends a member its input of the phase, if it has one. */
  feed({ device, assignment }: Member, feed: PhaseInputs): void {
    const event = feed.eventOf(assignment);
    const message = feed.inputs.get(assignment);
    if (message) this.#ports.channel.feed(device, event, { round: this.#terms.id, assignment, message });
  }

  end({ device, assignment }: Member, outcome: RoundEnd['outcome'], reason: string): void {
    const after = this.#ports.comeBackAfter(device);
    this.#ports.channel.end(device, {
      round: this.#claims.roundOf(assignment) ?? this.#terms.id,
      outcome,
      reason: reason.slice(0, maxEndReasonLength),
      after,
    });
  }
}
