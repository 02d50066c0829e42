import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from './limits.ts';

/** An upload that is being read. */
interface Place {
  readonly length: number;
  readonly since: number;
  /** Ends it, for another try of the same assignment. */
  readonly drop: () => void;
}

/** ms that an upload is expected to take before one has been read. */
const firstGuess = 100;
/** What the newest upload weighs in what the next ones are expected to take. */
const newest = 1 / 8;
/** ms after which a device is asked to come back at most. */
const longestWait = 60_000;
/** Devices whose turns are remembered; one that is forgotten gets a new one. */
const mostTurns = 65_536;

/**
 * The places of uploads that are read at the same time, in number and in bytes. Whoever finds none hears when its turn is expected to come, by
 * how long uploads take, and by how many have been told so before (SPEC.md, UP18): nobody tries in vain for long, and no place stays empty
 * while many wait.
 */
export class UploadPlaces {
  readonly #limits: Pick<Limits, 'uploads' | 'uploadBytes'>;
  readonly #clock: Clock;
  /** By assignment. */
  readonly #taken = new Map<string, Place>();
  #bytes = 0;
  /** ms from its first byte to its end, of the last uploads. */
  #each = firstGuess;
  /** When devices were told to come, by assignment, ms since 1970. */
  readonly #turns = new BoundedMap<string, number>(mostTurns);
  /** The last turn of all, and the last one of those who had come at theirs and found no place: they go before others. */
  #last = 0;
  #lastAgain = 0;

  constructor(limits: Pick<Limits, 'uploads' | 'uploadBytes'>, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes a place for an upload of so many bytes; a single one may have more than the limit. An older try of the same assignment is dropped.
   * Returns what gives the place back, once. Throws `update.too-many`.
   */
  take(assignment: string, length: number, drop: () => void): () => void {
    const older = this.#taken.get(assignment);
    if (older) {
      this.#free(assignment, older);
      older.drop();
    }
    const { uploads, uploadBytes } = this.#limits;
    const { size } = this.#taken;
    if (size >= uploads || (size > 0 && this.#bytes + length > uploadBytes))
      throw new MurmurationError('update.too-many', undefined, { after: this.#untilTurn(assignment) });
    this.#turns.delete(assignment);
    const place: Place = { length, since: this.#clock.now(), drop };
    this.#taken.set(assignment, place);
    this.#bytes += length;
    return () => {
      if (!this.#free(assignment, place)) return;
      // Nothing is known where the clock was set back.
      const took = Math.max(0, this.#clock.now() - place.since);
      this.#each += (took - this.#each) * newest;
    };
  }

  #free(assignment: string, place: Place): boolean {
    if (this.#taken.get(assignment) !== place) return false;
    this.#taken.delete(assignment);
    this.#bytes -= place.length;
    return true;
  }

  /** ms until the turn of one that finds no place. */
  #untilTurn(assignment: string): number {
    const now = this.#clock.now();
    const latest = now + longestWait;
    const told = this.#turns.get(assignment);
    // Too early, but where the clock was set back.
    if (told !== undefined && told > now && told <= latest) return told - now;
    const pace = this.#each / this.#taken.size;
    const before = told === undefined ? this.#last : this.#lastAgain;
    const turn = Math.min((before > now && before <= latest ? before : now) + pace, latest);
    if (told !== undefined) this.#lastAgain = turn;
    this.#last = this.#last <= latest ? Math.max(this.#last, turn) : turn;
    this.#turns.set(assignment, turn);
    return turn - now;
  }
}
