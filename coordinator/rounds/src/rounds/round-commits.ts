import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { GroupCommit } from './group-commit.ts';

/** Writes of a round, its journal and its checkpoint, as one to those that wait for them. */
export class RoundCommits {
  readonly #journal: GroupCommit;
  readonly #checkpoint: GroupCommit;

  constructor(journal: GroupCommit, checkpoint: GroupCommit) {
    this.#journal = journal;
    this.#checkpoint = checkpoint;
  }

  /** Calls `act` once the journal so far is durable. */
  whenWritten(act: () => void): void {
    this.#journal.whenDurable(act);
  }

  /** Calls `act` once the journal and the sum so far are durable. */
  whenSummed(act: () => void): void {
    this.#journal.whenDurable(() => this.#checkpoint.whenDurable(act));
  }

  /**
   * Calls `act` once the journal is durable, and the sum except its last update: a single unmasked update is
   * not written.
   */
  whenNearlySummed(act: () => void): void {
    this.#journal.whenDurable(() => this.#checkpoint.whenDurable(act, 1));
  }

  /** Begins no further write; returns when none is under way. */
  async halt(): Promise<void> {
    await Promise.all([this.#journal.halt(), this.#checkpoint.halt()]);
  }

  /** Waits until everything queued is written, unless a write fails or is not due. */
  async flush(): Promise<void> {
    // Another write may have waited for what has just become durable.
    while (this.#journal.isWriting || this.#checkpoint.isWriting) {
      await this.#journal.flush();
      await this.#checkpoint.flush();
    }
  }

  /** Refuses the waiting acknowledgements: what they depend on has failed for `cause`, and is tried again. */
  refuse(cause: unknown): void {
    this.#journal.refuse(cause);
    this.#checkpoint.refuse(cause);
  }

  /**
   * Ends the writes after the result of the round is durable; refuses the updates that wait for their
   * acknowledgement with `refusal`, if there is one.
   */
  conclude(refusal?: MurmurationError): void {
    this.#checkpoint.conclude(refusal);
    this.#journal.conclude();
  }

  /** Stops all writes: refuses the waiting acknowledgements, and sends nothing. */
  abandon(refusal: MurmurationError): void {
    this.#journal.abandon(refusal);
    this.#checkpoint.abandon(refusal);
  }
}
