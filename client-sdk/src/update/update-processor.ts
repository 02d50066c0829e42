import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Participant } from '@murmuration/protocol/secagg/participant';
import type { Demands } from '@murmuration/protocol/secagg/roster';
import type { Contribution } from './prepare.ts';

/** Setup of a masked round for one device; plain data, so that it can go to another thread. */
export interface MaskedRoundSetup {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Number of the round, from 1. */
  readonly number: number;
  /** Bytes of its plan, as received. */
  readonly planBytes: Uint8Array;
  /** Seed of the device's signing key, 32 bytes. */
  readonly identity: Uint8Array;
  readonly demands: Demands;
}

/** State of a device in the secure aggregation of a round. */
export interface MaskingStep {
  readonly phase: Participant['phase'];
  /** Message of the phase, sent with the update in the agreement phase; empty if there is none. */
  readonly message: Uint8Array;
  /** State with its secrets, for the device's own storage. */
  readonly saved: Uint8Array;
}

/**
 * Device's side of secure aggregation in one round; each step throws as its function of
 * `secagg/participant.ts` or `secagg/revealing.ts`.
 */
export interface MaskedRound {
  /** Enters the round, or restores the saved state. */
  enter(saved: Uint8Array | undefined): Promise<MaskingStep>;
  /** Takes the coordinator's input for a phase. */
  hear(event: MaskingEvent, message: Uint8Array): Promise<MaskingStep>;
  /** Prepares and masks the update, as `prepareUpdate`, once. May reuse the contribution's memory. */
  mask(
    contribution: Contribution,
    assignment: Assignment,
  ): Promise<MaskingStep & { readonly update: Uint8Array }>;
  /** Overwrites the secrets. */
  forget(): Promise<void>;
}

/**
 * Computation of contributions, too slow for a page's main thread: signatures and shares of a graph,
 * quantisation, masks. Platforms run it in another thread if they can.
 */
export interface UpdateProcessor {
  /** Prepares an update without masks, as `prepareUpdate`. May reuse the contribution's memory. */
  prepare(contribution: Contribution, assignment: Assignment): Promise<Uint8Array>;
  masked(terms: MaskedRoundSetup): Promise<MaskedRound>;
  /**
   * Returns the seed for a device's own random choices in a round, a whole number from 0 to 2³¹ − 1:
   * HKDF-SHA256 (RFC 5869) of its secret, 32 bytes, with task and round as info (SPEC.md, RD9).
   */
  draw(secret: Uint8Array, task: TaskName, round: RoundId): Promise<number>;
}
