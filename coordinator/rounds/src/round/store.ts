import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Base } from './base.ts';
import type { CollectingState, PartTerms, RoundTerms } from './round.ts';

/** Returns the key of a stored round, or of one part of a spread round: all its parts have its id. */
export const keyOf = (terms: RoundTerms): RoundId =>
  terms.kind === 'part' ? (`${terms.id}.${terms.part}` as RoundId) : terms.id;

/** Device of the cohort as it was drawn. */
export interface DrawnMember {
  readonly device: DeviceId;
  readonly assignment: AssignmentId;
  /** Secret of the assignment, 32 bytes. */
  readonly token: Uint8Array;
  /** Starting point of the assignment, in asynchronous tasks. */
  readonly base?: Base;
}

/**
 * Event from which the state of a round follows, in order. Updates are not among them: they are only in the
 * checkpoint.
 */
export type JournalEntry =
  /** The cohort was drawn at `time`, ms since 1970; in a buffer, some devices that join it. */
  | { readonly type: 'drawn'; readonly time: number; readonly members: readonly DrawnMember[] }
  /**
   * A device's message of the phase of keys was taken; it was signed with `publicKey`, its identity (Ed25519,
   * 32 bytes).
   */
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
  /** A `phase` ended after the disconnected devices had their time to come back. */
  | {
      readonly type: 'graced';
      readonly time: number;
      /** Left out by coordinators up to 0.2.0. */
      readonly phase?: CollectingState['phase'];
    }
  /** The deadline of a phase, `time` in ms since 1970, ended it. */
  | { readonly type: 'tick'; readonly time: number }
  /** The clock was set back during a restart, at `at` by its reading then: the deadlines moved by `by` ms. */
  | {
      readonly type: 'shifted';
      readonly by: number;
      /** Left out by coordinators up to 0.2.0. */
      readonly at?: number;
    }
  /** The one survivors statement of the round, journaled before the first device gets it. */
  | { readonly type: 'stated'; readonly statement: Uint8Array };

/** Running sum together with its contributors. */
export interface Checkpoint {
  readonly contributors: readonly Contributor[];
  /** Bytes of `RunningSum.snapshot()`. */
  readonly sum: Uint8Array;
}

export interface Contributor {
  readonly assignment: AssignmentId;
  /** SHA-256 of its update, which tells a repeated update from a different one. */
  readonly digest: Uint8Array;
  /** Signature of the device with its masked update, 64 bytes: the agreements of others rest on it. */
  readonly signature: Uint8Array | null;
}

/** Durable state of a round under way: its terms, its journal and its sum. */
export interface SavedRound<Terms extends RoundTerms = RoundTerms> {
  readonly terms: Terms;
  readonly entries: readonly JournalEntry[];
  readonly checkpoint: Checkpoint | undefined;
  /** Part of its sum that could not be read, as a sentence; left out if all is whole. */
  readonly damage?: string;
}

export const isPart = (saved: SavedRound): saved is SavedRound<PartTerms> => saved.terms.kind === 'part';

/**
 * Stores rounds that are under way, each by its key (`keyOf`). `History.commit` with the record of a round
 * deletes it here. Everything is durable when a call returns; a call that can't write throws `storage.*` and
 * keeps nothing.
 */
export interface RoundStore {
  /** Begins a round; changes nothing for one that already exists. */
  begin(terms: RoundTerms): Promise<void>;
  /** Adds to the journal of a round that has begun: all entries or none. */
  append(round: RoundId, entries: readonly JournalEntry[]): Promise<void>;
  /**
   * Replaces the checkpoint of a round that has begun, sum and contributors at once. `erase` overwrites the
   * bytes of the old one: the difference of the two would be the sum of the newest updates, which are not
   * masked.
   */
  checkpoint(round: RoundId, checkpoint: Checkpoint, options: { readonly erase: boolean }): Promise<void>;
  /** Returns the rounds that have begun and not ended, oldest first. */
  underWay(): Promise<readonly SavedRound[]>;
}
