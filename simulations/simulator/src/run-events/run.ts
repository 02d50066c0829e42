import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ClientsCompared, RoundEnded, RunBegun, RunEnded, RunEvent } from './run-event.ts';

/** Run from its events, complete or so far. */
export interface Run {
  readonly begun: RunBegun;
  /** All rounds in order, including failed ones. */
  readonly rounds: readonly RoundEnded[];
  readonly comparisons: readonly ClientsCompared[];
  /** null: the run is still under way, or was killed. */
  readonly ended: RunEnded | null;
}

/** Assembles a run from its events. */
export class RunSoFar {
  #begun: RunBegun | undefined;
  readonly #rounds: RoundEnded[] = [];
  readonly #comparisons: ClientsCompared[] = [];
  #ended: RunEnded | null = null;

  /** Throws `report.malformed` for an event out of order. */
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

  /** Throws `report.malformed` if no run has begun. */
  get run(): Run {
    if (!this.#begun) throw misplaced('no run has begun');
    return { begun: this.#begun, rounds: this.#rounds, comparisons: this.#comparisons, ended: this.#ended };
  }
}

function misplaced(what: string): MurmurationError {
  return new MurmurationError('report.malformed', `The events are not those of one run: ${what}.`);
}
