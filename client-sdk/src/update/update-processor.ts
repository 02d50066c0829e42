import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Participant } from '@murmuration/protocol/secagg/participant';
import type { Demands } from '@murmuration/protocol/secagg/roster';
import type { Contribution } from './prepare.ts';

/** What the coordinator gives to a device at the beginning of a phase of masking. */
export type MaskingEvent = 'roster' | 'bundle' | 'survivors' | 'agreed';

/** A round that masks, as one device enters it; plain data, so that it may go to another thread of the app. */
export interface MaskedRoundSetup {
  readonly task: TaskName;
  readonly round: RoundId;
  /** The number of the round, from 1. */
  readonly number: number;
  /** The bytes of its plan, as they were sent. */
  readonly planBytes: Uint8Array;
  /** The seed of the device's signing key, 32 bytes. */
  readonly identity: Uint8Array;
  readonly demands: Demands;
}

/** Where a device stands in the secure aggregation of a round. */
export interface MaskingStep {
  readonly phase: Participant['phase'];
  /** What it sends in the phase, with its update in that of agreement; empty where that is nothing. */
  readonly message: Uint8Array;
  /** Its state with its secrets, for the device's own storage. */
  readonly saved: Uint8Array;
}

/** The device's side of secure aggregation in one round; each step throws as the function of `secagg/participant.ts` or `secagg/revealing.ts` behind it. */
export interface MaskedRound {
  /** Enters the round, or goes on from what was saved. */
  enter(saved: Uint8Array | undefined): Promise<MaskingStep>;
  /** Takes what the coordinator gives at the beginning of a phase. */
  hear(event: MaskingEvent, message: Uint8Array): Promise<MaskingStep>;
  /** The update with its masks, as `prepareUpdate`, once. May take the memory of what was learned. */
  mask(
    contribution: Contribution,
    assignment: Assignment,
  ): Promise<MaskingStep & { readonly update: Uint8Array }>;
  /** Overwrites the secrets. */
  forget(): Promise<void>;
}

/**
 * The arithmetic of a contribution, which takes longer than a page may stand still: signatures and shares of a graph, quantisation, masks. A
 * platform with another thread at hand does it there.
 */
export interface UpdateProcessor {
  /** The update without masks, as `prepareUpdate`. May take the memory of what was learned. */
  prepare(contribution: Contribution, assignment: Assignment): Promise<Uint8Array>;
  masked(terms: MaskedRoundSetup): Promise<MaskedRound>;
  /**
   * The seed of a device's own draws in a round: HKDF-SHA256 (RFC 5869) of its secret (32 bytes) over task and round (SPEC.md, RD9). A
   * whole number below 2³¹.
   */
  draw(secret: Uint8Array, task: TaskName, round: RoundId): Promise<number>;
}
