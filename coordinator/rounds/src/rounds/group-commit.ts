import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';

/** ms after which a failed write is tried again. */
export const commitRetryMs = 1_000;

/** Position that is durable only once the round is over. */
export const untilTheEnd = Number.POSITIVE_INFINITY;

interface Waiting {
  readonly position: number;
  readonly durable: () => void;
  readonly refused: (error: unknown) => void;
}

export interface GroupCommitSettings {
  /**
   * Makes everything up to a position durable, and returns the position reached; undefined if nothing is
   * stored, and so nothing is waited for.
   */
  readonly write: ((position: number) => Promise<number>) | undefined;
  /** Durable position at the beginning. */
  readonly durable: number;
  /** Fewest positions that a write must add. */
  readonly least: number;
  /** Condition of the first write: nothing is written before it resolves; left out if there is none. */
  readonly after?: Promise<void> | undefined;
  readonly round: RoundId;
  /** Name of what is written, for the log. */
  readonly what: string;
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
}

/**
 * Group commit: one write is under way at a time, and everything queued meanwhile goes into the next one. A
 * failed write refuses the waiting acknowledgements, and is tried again together with all that has come
 * since.
 */
export class GroupCommit {
  readonly #settings: GroupCommitSettings;
  #queued: number;
  #durable: number;
  /** Outputs by position: each is sent once it is durable, in the order of the requests. */
  #outputs: Waiting[] = [];
  #acknowledgements: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #cancelRetry: Cancel | undefined;
  #hasFailed = false;
  #isHalted = false;
  /** True if something else has to be durable first. */
  #isHeld: boolean;
  /** Reason why nothing more becomes durable. */
  #abandoned: MurmurationError | undefined;

  constructor(settings: GroupCommitSettings) {
    this.#settings = settings;
    this.#queued = settings.durable;
    this.#durable = settings.durable;
    this.#isHeld = settings.write !== undefined && settings.after !== undefined;
    void settings.after?.then(() => {
      this.#isHeld = false;
      if (settings.write) this.#begin();
    });
  }

  /** Queues everything up to this position to be made durable. */
  queue(position: number): void {
    this.#queued = position;
    if (this.#settings.write) this.#begin();
    else this.#reached(position);
  }

  /**
   * Resolves once everything up to `position` is durable. Rejects with a retryable code of `storage.*` if a
   * write fails before, or with the reason why nothing more is written.
   */
  acknowledge(position = this.#queued): Promise<void> {
    return new Promise((resolve, reject) => {
      if (position <= this.#durable) resolve();
      else if (this.#abandoned) reject(this.#abandoned);
      else this.#acknowledgements.push({ position, durable: resolve, refused: reject });
    });
  }

  /**
   * Calls `act` once everything so far, except the last `but` positions, is durable; at once if it already
   * is. A failure only delays it.
   */
  whenDurable(act: () => void, but = 0): void {
    const position = this.#queued - but;
    if (position <= this.#durable) act();
    else this.#outputs.push({ position, durable: act, refused: () => {} });
  }

  /** Begins no further write; returns when the current one is over. */
  async halt(): Promise<void> {
    this.#isHalted = true;
    this.#cancelRetry?.();
    await this.#writing;
  }

  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Waits until everything queued is written, unless a write fails or is not due. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Refuses the waiting acknowledgements: what they depend on has failed for `cause`, and is tried again. */
  refuse(cause: unknown): void {
    this.#refuse(storageErrorOf(cause));
  }

  /**
   * Ends the commit after the result of the round is durable: sends all outputs, and resolves the waiting
   * acknowledgements, or refuses them with `refusal`.
   */
  conclude(refusal?: MurmurationError): void {
    this.#isHalted = true;
    this.#cancelRetry?.();
    if (refusal) this.#refuse(refusal);
    this.#reached(untilTheEnd);
  }

  /** Stops all writes: refuses the waiting acknowledgements, and sends nothing. */
  abandon(refusal: MurmurationError): void {
    this.#isHalted = true;
    this.#cancelRetry?.();
    this.#abandoned = refusal;
    this.#outputs = [];
    this.#refuse(refusal);
  }

  #begin(): void {
    const { least } = this.#settings;
    if (this.#writing || this.#isHalted || this.#isHeld || this.#cancelRetry) return;
    if (this.#queued > this.#durable && this.#queued - this.#durable >= least)
      this.#writing = this.#write(this.#settings.write!);
  }

  async #write(write: (position: number) => Promise<number>): Promise<void> {
    // Everything queued in the same turn goes into the same write.
    await null;
    try {
      const position = await write(this.#queued);
      this.#writing = undefined;
      this.#hasFailed = false;
      this.#reached(position);
    } catch (error) {
      this.#writing = undefined;
      this.#failed(error);
    }
    this.#begin();
  }

  #failed(cause: unknown): void {
    const { round, what, clock, events } = this.#settings;
    // Once for an outage, however many tries it lasts.
    if (!this.#hasFailed) events.emit('fault', `writing ${what}`, cause, round);
    this.#hasFailed = true;
    this.refuse(cause);
    if (this.#isHalted) return;
    this.#cancelRetry = clock.at(clock.now() + commitRetryMs, () => {
      this.#cancelRetry = undefined;
      this.#begin();
    });
  }

  #refuse(error: MurmurationError): void {
    const refused = this.#acknowledgements;
    this.#acknowledgements = [];
    for (const { refused: refuse } of refused) refuse(error);
  }

  #reached(position: number): void {
    this.#durable = position;
    const isDue = (waiting: Waiting) => waiting.position <= position;
    const due = [...this.#acknowledgements.filter(isDue), ...this.#outputs.filter(isDue)];
    this.#acknowledgements = this.#acknowledgements.filter(waiting => !isDue(waiting));
    this.#outputs = this.#outputs.filter(waiting => !isDue(waiting));
    for (const { durable } of due) durable();
  }
}

/** Returns the error that devices get for a failed write: a code that tells them to try again. */
function storageErrorOf(cause: unknown): MurmurationError {
  if (cause instanceof MurmurationError && cause.retryable) return cause;
  return new MurmurationError('storage.failed', undefined, { cause });
}
