import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { GroupCommit } from './group-commit.ts';

/** What a round writes down, as those see it who wait for it: its journal and its checkpoint, as one. */
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
   * Calls `act` once the journal is durable, and the sum but for the last update: where updates are not masked, one alone is not written
   * down.
   */
  whenNearlySummed(act: () => void): void {
    this.#journal.whenDurable(() => this.#checkpoint.whenDurable(act, 1));
  }

  /** Begins no further write; returns when none is under way. */
  async halt(): Promise<void> {
    await Promise.all([this.#journal.halt(), this.#checkpoint.halt()]);
  }

  /** Waits until what is queued is written, unless a write fails or is not due. */
  async flush(): Promise<void> {
    // What becomes durable may be what another write has waited for.
    while (this.#journal.isWriting || this.#checkpoint.isWriting) {
      await this.#journal.flush();
      await this.#checkpoint.flush();
    }
  }

  /** Refuses the acknowledgements that wait: what would have made them true has failed for `cause`, and is tried again. */
  refuse(cause: unknown): void {
    this.#journal.refuse(cause);
    this.#checkpoint.refuse(cause);
  }

  /** The round is over, and what it led to is durable; updates that wait for their acknowledgement get the refusal, if there is one. */
  conclude(refusal?: MurmurationError): void {
    this.#checkpoint.conclude(refusal);
    this.#journal.conclude();
  }

  /** Nothing more becomes durable: acknowledgements that wait get the refusal, and nothing is sent. */
  abandon(refusal: MurmurationError): void {
    this.#journal.abandon(refusal);
    this.#checkpoint.abandon(refusal);
  }
}
