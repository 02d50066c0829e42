import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import { MaskingInputs } from '../masking/inputs.ts';
import type { MaskedGroups } from '../masking/masked-groups.ts';
import type { Member } from '../round/cohort.ts';
import { groupOf } from '../round/groups.ts';
import type { Effect, RoundEvent } from '../round/round.ts';
import type { JournalEntry } from '../round/store.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { Journal } from './journal.ts';

/** Journal entry of a device's message of secure aggregation. */
export type MaskingEntry = Extract<JournalEntry, { readonly type: 'keys' | 'shares' | 'agree' | 'reveal' }>;

/** Phase in which each kind of message is taken. */
export const phaseOf = { keys: 'keys', shares: 'shares', agree: 'agreement', reveal: 'unmasking' } as const;

type OpenedPhase = Extract<Effect, { readonly type: 'open' }>['phase'];

/** Inputs of devices at the beginning of a masking phase, kept for devices that come back in it. */
export interface PhaseInputs {
  readonly inputs: MaskingInputs;
  /** Event that a device gets: one that has not agreed yet while others reveal still gets the statement. */
  readonly eventOf: (assignment: AssignmentId) => MaskingEvent;
}

/** Secure aggregation in the phases of a round: it follows only from the messages, live and replayed. */
export class MaskedPart {
  readonly groups: MaskedGroups;
  readonly #journal: Journal;
  readonly #checkpointer: Checkpointer;
  #opened: PhaseInputs | undefined;
  #isStated = false;
  /** Inputs of the phase, once they are durable with all that they follow from. */
  feed: PhaseInputs | undefined;

  constructor(groups: MaskedGroups, journal: Journal, checkpointer: Checkpointer) {
    this.groups = groups;
    this.#journal = journal;
    this.#checkpointer = checkpointer;
  }

  /** Takes a message. Throws `secagg.*` or `crypto.low-order`, and then changes nothing. */
  take(entry: MaskingEntry): RoundEvent {
    const { assignment, message } = entry;
    const { groups } = this;
    switch (entry.type) {
      case 'keys':
        groups.takeKeys(assignment, entry, message);
        return { type: 'counted', assignment };
      case 'shares':
        groups.take(assignment, round => round.takeDealing(assignment, message));
        return { type: 'counted', assignment };
      case 'agree': {
        const isSettled = groups.take(assignment, round => round.takeAgreement(assignment, message));
        return { type: isSettled ? 'settled' : 'counted', assignment };
      }
      case 'reveal': {
        const isEnough = groups.take(assignment, round => round.takeReveal(assignment, message));
        return { type: isEnough ? 'unmaskable' : 'counted', assignment };
      }
    }
  }

  /**
   * Computes what the members need for a phase; returns those that get nothing, and are out of the sum.
   * Throws `secagg.*`.
   */
  open(phase: OpenedPhase, members: readonly Member[]): readonly AssignmentId[] {
    this.feed = undefined;
    this.#opened = this.#compute(phase, members);
    return members
      .map(({ assignment }) => assignment)
      .filter(assignment => !this.#opened!.inputs.has(assignment));
  }

  /**
   * Sets `feed` to the computed inputs as soon as they are durable, and then calls `deliver`. The statement
   * is written only after the sum, with all the devices that it calls survivors.
   */
  offer(deliver: () => void) {
    const opened = this.#opened;
    if (!opened) return;
    const out = () =>
      this.#journal.commit.whenDurable(() => {
        if (this.#opened !== opened) return;
        this.feed = opened;
        deliver();
      });
    const { statements } = this.groups;
    if (!statements || this.#isStated) return out();
    this.#checkpointer.commit.whenDurable(() => {
      this.#isStated = true;
      this.#journal.append({ type: 'stated', statement: statements });
      out();
    });
  }

  /** Checks the statement that was written. Throws `storage.corrupt` if it doesn't follow from the rest. */
  requireStatement(written: Uint8Array): void {
    const { statements } = this.groups;
    if (!statements || !equalBytes(statements, written))
      throw new MurmurationError(
        'storage.corrupt',
        'The survivors statement that was written down does not fit the sum that was.',
      );
    this.#isStated = true;
  }

  #compute(phase: OpenedPhase, members: readonly Member[]): PhaseInputs {
    const { groups } = this;
    const grouped = members.map(member => ({ assignment: member.assignment, group: groupOf(member) }));
    switch (phase) {
      case 'shares':
        return { eventOf: () => 'roster', inputs: groups.drawGraphs(grouped) };
      case 'updates':
        return { eventOf: () => 'bundle', inputs: groups.settle(grouped) };
      case 'agreement':
        return { eventOf: () => 'survivors', inputs: groups.state(grouped) };
      case 'unmasking': {
        if (!groups.hasAgreement) return { eventOf: () => 'survivors', inputs: groups.state(grouped) };
        const hasAgreed = (member: AssignmentId) => groups.of(member).hasAgreed(member);
        return {
          eventOf: member => (hasAgreed(member) ? 'agreed' : 'survivors'),
          inputs: new MaskingInputs(
            members.map(({ assignment }) => assignment),
            member => (hasAgreed(member) ? groups.of(member).agreedFor(member) : groups.statementFor(member)),
          ),
        };
      }
    }
  }
}
