import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { Inputs } from '../masking/inputs.ts';
import type { MaskedRound } from '../masking/masked-round.ts';
import type { Effect, RoundEvent } from '../round/round.ts';
import type { JournalEntry } from '../round/store.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { Journal } from './journal.ts';
import type { MaskingEvent } from './ports.ts';

/** A device's message of secure aggregation, as it is written down. */
export type MaskingEntry = Extract<JournalEntry, { readonly type: 'keys' | 'shares' | 'agree' | 'reveal' }>;

/** The phase in which each kind of message is taken. */
export const phaseOf = { keys: 'keys', shares: 'shares', agree: 'agreement', reveal: 'unmasking' } as const;

type OpenedPhase = Extract<Effect, { readonly type: 'open' }>['phase'];

/** What devices are given at the beginning of a phase, kept for those that come back in it. */
export interface PhaseInputs {
  readonly inputs: Inputs;
  /** What a device is given: one that has not agreed yet, while others reveal, is still given the statement. */
  readonly eventOf: (assignment: AssignmentId) => MaskingEvent;
}

/** Secure aggregation as the phases of a round know it: it follows from the messages alone, the first time and replayed. */
export class MaskedPart {
  readonly round: MaskedRound;
  readonly #journal: Journal;
  readonly #checkpointer: Checkpointer;
  #opened: PhaseInputs | undefined;
  #statement: Uint8Array | undefined;
  #isStated = false;
  /** What the phase began with, once it is durable with all that it follows from. */
  feed: PhaseInputs | undefined;

  constructor(round: MaskedRound, journal: Journal, checkpointer: Checkpointer) {
    this.round = round;
    this.#journal = journal;
    this.#checkpointer = checkpointer;
  }

  /** Takes a message. Throws `secagg.*` or `crypto.low-order`, and is then as it was. */
  take(entry: MaskingEntry): RoundEvent {
    const { assignment, message } = entry;
    switch (entry.type) {
      case 'keys':
        this.round.takeKeys(assignment, entry, message);
        return { type: 'counted', assignment };
      case 'shares':
        this.round.takeDealing(assignment, message);
        return { type: 'counted', assignment };
      case 'agree':
        return { type: this.round.takeAgreement(assignment, message) ? 'settled' : 'counted', assignment };
      case 'reveal':
        return this.round.takeReveal(assignment, message)
          ? { type: 'unmaskable' }
          : { type: 'counted', assignment };
    }
  }

  /** Computes what the members need for a phase; returns those that get nothing, and are out of the sum. Throws `secagg.*`. */
  open(phase: OpenedPhase, members: readonly AssignmentId[]): readonly AssignmentId[] {
    this.feed = undefined;
    this.#opened = this.#compute(phase, members);
    return members.filter(member => !this.#opened!.inputs.has(member));
  }

  /**
   * Makes `feed` of what was computed for the phase as soon as it is durable, and then calls `deliver`. The statement is written
   * down only when the sum is, with all those whom it calls survivors.
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
    if (!this.#statement || this.#isStated) return out();
    this.#checkpointer.commit.whenDurable(() => {
      this.#isStated = true;
      this.#journal.append({ type: 'stated', statement: this.#statement! });
      out();
    });
  }

  /** The statement that was written down. Throws `storage.corrupt` where it is not what follows from the rest. */
  requireStatement(written: Uint8Array): void {
    if (!this.#statement || !equalBytes(this.#statement, written))
      throw new MurmurationError(
        'storage.corrupt',
        'The survivors statement that was written down does not fit the sum that was.',
      );
    this.#isStated = true;
  }

  #stating(members: readonly AssignmentId[]): PhaseInputs {
    const statement = this.round.state(members);
    this.#statement = statement;
    return { eventOf: () => 'survivors', inputs: new Inputs(members, () => statement) };
  }

  #compute(phase: OpenedPhase, members: readonly AssignmentId[]): PhaseInputs {
    switch (phase) {
      case 'shares':
        return { eventOf: () => 'roster', inputs: this.round.drawGraph(members) };
      case 'updates':
        return { eventOf: () => 'bundle', inputs: this.round.settle(members) };
      case 'agreement':
        return this.#stating(members);
      case 'unmasking': {
        const { round } = this;
        if (!round.hasAgreement) return this.#stating(members);
        const statement = this.#statement!;
        return {
          eventOf: member => (round.hasAgreed(member) ? 'agreed' : 'survivors'),
          inputs: new Inputs(members, member =>
            round.hasAgreed(member) ? round.agreedFor(member) : statement,
          ),
        };
      }
    }
  }
}
