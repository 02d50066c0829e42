import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { RoundTerms } from '../round/round.ts';
import { type JournalEntry, keyOf, type RoundStore } from '../round/store.ts';
import { GroupCommit } from './group-commit.ts';

export interface DurabilityPorts {
  /** Storage of rounds; undefined if nothing is stored, and so nothing is waited for. */
  readonly store: RoundStore | undefined;
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
}

/**
 * Journal of a round's events, in order; a message leaves the coordinator only once all that it follows from
 * is written.
 */
export class Journal {
  readonly commit: GroupCommit;
  readonly #terms: RoundTerms;
  readonly #store: RoundStore | undefined;
  /** Entries that are not written yet. */
  readonly #entries: JournalEntry[] = [];
  /** Number of entries written; the beginning of the round counts as the first. */
  #appended: number;
  #written: number;

  /** `isBegun`: the storage already has the round. Nothing is written before `after` resolves. */
  constructor(
    terms: RoundTerms,
    { store, clock, events }: DurabilityPorts,
    isBegun: boolean,
    after?: Promise<void>,
  ) {
    this.#terms = terms;
    this.#store = store;
    this.#written = isBegun ? 1 : 0;
    this.#appended = 1;
    this.commit = new GroupCommit({
      write: store && (position => this.#write(store, position)),
      durable: this.#written,
      least: 1,
      after,
      round: terms.id,
      what: 'the journal of a round',
      clock,
      events,
    });
    this.commit.queue(this.#appended);
  }

  append(entry: JournalEntry): void {
    this.#appended += 1;
    if (this.#store) this.#entries.push(entry);
    this.commit.queue(this.#appended);
  }

  async #write(store: RoundStore, position: number): Promise<number> {
    if (this.#written === 0) {
      await store.begin(this.#terms);
      this.#written = 1;
    }
    const count = position - this.#written;
    if (count === 0) return position;
    await store.append(keyOf(this.#terms), this.#entries.slice(0, count));
    this.#entries.splice(0, count);
    this.#written = position;
    return position;
  }
}
