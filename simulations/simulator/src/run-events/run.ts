import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ClientsCompared, RoundEnded, RunBegun, RunEnded, RunEvent } from './run-event.ts';

/** A run as its events tell it, up to its end or to where it stands. */
export interface Run {
  readonly begun: RunBegun;
  /** In their order, failed ones included. */
  readonly rounds: readonly RoundEnded[];
  readonly comparisons: readonly ClientsCompared[];
  /** null: it is still under way, or was killed. */
  readonly ended: RunEnded | null;
}

/** Puts the events of a run together, one after the other. */
export class RunSoFar {
  #begun: RunBegun | undefined;
  readonly #rounds: RoundEnded[] = [];
  readonly #comparisons: ClientsCompared[] = [];
  #ended: RunEnded | null = null;

  /** Throws `report.malformed` where no run has `event` at this place. */
  take(event: RunEvent): void {
    if (this.#ended) throw misplaced('the run has ended before');
    if (event.type === 'run-begun') {
      if (this.#begun) throw misplaced('a second run begins');
      this.#begun = event;
      return;
    }
    if (!this.#begun) throw misplaced('no run has begun');
    if (event.type === 'round-ended') {
      const last = this.#rounds.at(-1)?.number ?? 0;
      if (event.number <= last) throw misplaced(`round ${event.number} comes after round ${last}`);
      this.#rounds.push(event);
    } else if (event.type === 'clients-compared') this.#comparisons.push(event);
    else this.#ended = event;
  }

  /** Throws `report.malformed` where nothing has begun. */
  get run(): Run {
    if (!this.#begun) throw misplaced('no run has begun');
    return { begun: this.#begun, rounds: this.#rounds, comparisons: this.#comparisons, ended: this.#ended };
  }
}

function misplaced(what: string): MurmurationError {
  return new MurmurationError('report.malformed', `The events are not those of one run: ${what}.`);
}
