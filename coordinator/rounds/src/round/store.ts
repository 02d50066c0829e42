import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Base } from './base.ts';
import type { CollectingState, PartTerms, RoundTerms } from './round.ts';

/** The name by which a round is kept while it is under way, or one part of a spread round: all its parts have its id. */
export const keyOf = (terms: RoundTerms): RoundId =>
  terms.kind === 'part' ? (`${terms.id}.${terms.part}` as RoundId) : terms.id;

/** A device of the cohort as it was drawn. */
export interface DrawnMember {
  readonly device: DeviceId;
  readonly assignment: AssignmentId;
  /** The secret of the assignment, 32 bytes. */
  readonly token: Uint8Array;
  /** Of an asynchronous task. */
  readonly base?: Base;
}

/**
 * What happened to a round, in order, as far as its state follows from it. Updates are not among it: they are in the
 * checkpoint, and in no other place.
 */
export type JournalEntry =
  /** The cohort was drawn at `time`, ms since 1970; in a buffer, some that join it. */
  | { readonly type: 'drawn'; readonly time: number; readonly members: readonly DrawnMember[] }
  /** A device's message of the phase of keys was taken; it was signed with `publicKey`, its identity (Ed25519, 32 bytes). */
  | {
      readonly type: 'keys';
      readonly assignment: AssignmentId;
      readonly publicKey: Uint8Array;
      /** The enrolment authority's signature over the identity. */
      readonly certificate: Uint8Array | null;
      readonly message: Uint8Array;
    }
  /** A device's message of the phases of shares, agreement or unmasking was taken. */
  | {
      readonly type: 'shares' | 'agree' | 'reveal';
      readonly assignment: AssignmentId;
      readonly message: Uint8Array;
    }
  /** A device gave up its part, or was given up. */
  | { readonly type: 'left'; readonly assignment: AssignmentId }
  /** A `phase` ended once those whose connection was gone had had their time to come back. */
  | {
      readonly type: 'graced';
      readonly time: number;
      /** Left out by coordinators up to 0.2.0. */
      readonly phase?: CollectingState['phase'];
    }
  /** The deadline of a phase, `time` in ms since 1970, ended it. */
  | { readonly type: 'tick'; readonly time: number }
  /** The clock was set back over a restart, at `at` by what it showed then: the deadlines moved by so many ms. */
  | {
      readonly type: 'shifted';
      readonly by: number;
      /** Left out by coordinators up to 0.2.0. */
      readonly at?: number;
    }
  /** The one survivors statement of the round, written down before the first device hears it. */
  | { readonly type: 'stated'; readonly statement: Uint8Array };

/** A running sum together with those who are in it. */
export interface Checkpoint {
  readonly contributors: readonly Contributor[];
  /** `RunningSum.snapshot()`. */
  readonly sum: Uint8Array;
}

export interface Contributor {
  readonly assignment: AssignmentId;
  /** SHA-256 of its update, by which the same one again is told from another. */
  readonly digest: Uint8Array;
  /** What the device signed with its masked update, 64 bytes: the agreements of others rest on it. */
  readonly signature: Uint8Array | null;
}

/** What is durable of a round under way: its terms, what happened since, and its sum. */
export interface SavedRound<Terms extends RoundTerms = RoundTerms> {
  readonly terms: Terms;
  readonly entries: readonly JournalEntry[];
  readonly checkpoint: Checkpoint | undefined;
  /** What of its sum could not be read, as a sentence; left out where all is whole. */
  readonly damage?: string;
}

export const isPart = (saved: SavedRound): saved is SavedRound<PartTerms> => saved.terms.kind === 'part';

/**
 * Keeps rounds that are under way, each by its key (`keyOf`). `History.commit` with the record of a round ends it: then nothing of it is kept here any
 * more. Everything is durable when it returns, and throws `storage.*` where it could not be written, in which case nothing
 * of that call is kept.
 */
export interface RoundStore {
  /** A round begins; for one that is there already, nothing changes. */
  begin(terms: RoundTerms): Promise<void>;
  /** Adds to the journal of a round that has begun, all of it or nothing. */
  append(round: RoundId, entries: readonly JournalEntry[]): Promise<void>;
  /**
   * Replaces the checkpoint of a round that has begun, sum and contributors at once. `erase`: the bytes of the one before are
   * overwritten, since their difference would be the sum of the newest updates, and these are not masked.
   */
  checkpoint(round: RoundId, checkpoint: Checkpoint, options: { readonly erase: boolean }): Promise<void>;
  /** The rounds that have begun and not ended, in the order in which they began. */
  underWay(): Promise<readonly SavedRound[]>;
}
