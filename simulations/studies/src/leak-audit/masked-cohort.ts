import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import { demandsOf } from '@murmuration/client-sdk/floors/require-plan';
import { type Contribution, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { type AssignmentId, type DeviceId, type RoundId, randomId } from '@murmuration/protocol/ids/ids';
import { type Plan, writePlan } from '@murmuration/protocol/messages/plan';
import { type Assignment, assignmentOf } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { type GraphContext, planHash } from '@murmuration/protocol/secagg/context';
import {
  dealShares,
  enterRound,
  type InAgreement,
  type InUpdates,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import type { RecoveredSecret } from '@murmuration/protocol/secagg/unmasking';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { MaskedGroup } from '@murmuration/rounds/masking/masked-round';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';

/** Phone's state in the round. */
interface Phone {
  readonly assignment: Assignment;
  readonly context: ParticipantContext;
  /** Message of the phase `shares`. */
  readonly dealing: Uint8Array;
  state: InUpdates | InAgreement;
}

/** Sum of uploads in a ring. */
interface Uploads {
  readonly elements: Int32Array;
  readonly width: number;
  add(bytes: Uint8Array): void;
}

/** Knowledge of the coordinator after unmasking the sum. */
export interface Unmasked {
  readonly sum: RingSum;
  readonly secrets: readonly RecoveredSecret[];
}

/**
 * Phones of one masked round and its coordinator, in one place and without losses. The constructor deals the
 * shares.
 */
export class MaskedCohort {
  readonly context: GraphContext;
  readonly phones: readonly Phone[];
  readonly #plan: Plan;
  readonly #coordinator: MaskedGroup;
  #said = 0;

  /** Throws `secagg.parameters` if no graph over this many phones meets the plan's masking settings. */
  constructor(plan: Plan, phones: number, random: RandomBytes) {
    const round = randomId<RoundId>(random);
    const masking = plan.masking!;
    const bound = {
      primitives: native,
      task: plan.task,
      round,
      plan: planHash(native, 1, writePlan(plan)),
    };
    const coordinator = new MaskedGroup(bound, masking);
    const entered = Array.from({ length: phones }, () => {
      const identity = native.ed25519.signingKey(random(32));
      const demands = demandsOf(masking, heldFloors(simulatedFloors), 0);
      const context = { ...bound, identity, demands };
      const id = base64url(native.sha256(identity.publicKey).subarray(0, 16)) as DeviceId;
      const assignment = assignmentOf({
        round,
        number: 1,
        assignment: randomId<AssignmentId>(random),
        token: random(32),
        plan,
        deadline: 0,
      });
      const state = enterRound(context, random(32));
      const device = {
        id,
        publicKey: identity.publicKey,
        certificate: undefined,
        enrolledAt: 0,
        revokedAt: null,
      };
      coordinator.takeKeys(assignment.assignment, device, this.#counted(state.message));
      return { assignment, context, state };
    });
    const members = entered.map(({ assignment }) => assignment.assignment);
    const rosters = coordinator.drawGraph(members);
    const dealt = entered.map(({ assignment, context, state }) => {
      const next = dealShares(context, state, rosters.get(assignment.assignment)!);
      coordinator.takeDealing(assignment.assignment, this.#counted(next.message));
      return { assignment, context, state: next };
    });
    const bundles = coordinator.settle(members);
    this.context = coordinator.context;
    this.#plan = plan;
    this.#coordinator = coordinator;
    this.phones = dealt.map(({ assignment, context, state }) => ({
      assignment,
      context,
      dealing: state.message,
      state: takeShares(context, state, bundles.get(assignment.assignment)!),
    }));
  }

  /** Mean bytes that a phone has sent so far, without its upload. */
  get bytesSaid(): number {
    return this.#said / this.phones.length;
  }

  #counted(message: Uint8Array): Uint8Array {
    this.#said += message.length;
    return message;
  }

  /** Returns a phone's upload; once per phone. */
  upload(phone: number, contribution: Contribution, random: RandomBytes): Uint8Array {
    const member = this.phones[phone]!;
    const { context, state } = member;
    if (state.phase !== 'updates') throw new RangeError(`Phone ${phone} has masked its update already.`);
    return prepareUpdate(contribution, member.assignment, random, (elements, width) => {
      member.state = maskUpdate(context, state, elements, width);
    });
  }

  /** Adds up the uploads of all phones and takes the masks off their sum. */
  async unmask(uploads: readonly Uint8Array[], layout: Layout, unmasker: Unmasker): Promise<Unmasked> {
    const { update, largestCohort } = this.#plan;
    const sum = new RingSum(layout, { ...update, largestCohort }, this.context.round, true);
    return { sum, secrets: await this.addUp(uploads, sum, unmasker) };
  }

  /** Adds the uploads of all phones to an empty sum, unmasks it, and returns the secrets used. */
  async addUp(
    uploads: readonly Uint8Array[],
    sum: Uploads,
    unmasker: Unmasker,
  ): Promise<readonly RecoveredSecret[]> {
    for (const bytes of uploads) sum.add(bytes);
    const coordinator = this.#coordinator;
    const statement = coordinator.state(this.phones.map(({ assignment }) => assignment.assignment));
    const stated = this.phones.map(({ assignment: { assignment }, context, state }) => {
      const next = takeStatement(context, state as InAgreement, statement);
      if (next.phase === 'unmasking') coordinator.takeAgreement(assignment, this.#counted(next.message));
      return { assignment, context, state: next };
    });
    for (const { assignment, context, state } of stated) {
      const { message } = revealShares(context, state, coordinator.agreedFor(assignment));
      coordinator.takeReveal(assignment, this.#counted(message));
    }
    const secrets = this.#coordinator.recover();
    await unmasker.unmask(this.context, secrets, sum, () => {});
    return secrets;
  }
}
