import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from './limits.ts';

/** Upload that is being read. */
interface Place {
  readonly length: number;
  readonly since: number;
  /** Ends the upload in favour of a newer try of the same assignment. */
  readonly drop: () => void;
}

/** Expected ms of an upload before any was read. */
const firstGuess = 100;
/** Weight of the newest upload in the expected duration. */
const newestWeight = 1 / 8;
/** Most ms after which a device is asked to come back. */
const maxComeBackMs = 60_000;
/** Most devices whose turns are remembered; a dropped one gets a new turn. */
const mostTurns = 65_536;

/**
 * Places for concurrent uploads, limited in number and bytes. An upload without a place gets an expected
 * turn, from the duration of uploads and from the turns already given (SPEC.md, UP18), so that few tries
 * fail and no place stays empty while uploads wait.
 */
export class UploadPlaces {
  readonly #limits: Pick<Limits, 'uploads' | 'uploadBytes'>;
  readonly #clock: Clock;
  /** Map from an assignment to its place. */
  readonly #taken = new Map<string, Place>();
  #bytes = 0;
  /** Mean ms from the first byte of recent uploads to their end. */
  #each = firstGuess;
  /** Map from an assignment to its turn, ms since 1970. */
  readonly #turns = new BoundedMap<string, number>(mostTurns);
  /**
   * Last turn given, and last turn given to uploads that came at theirs and found no place; these go first.
   */
  #last = 0;
  #lastAgain = 0;

  constructor(limits: Pick<Limits, 'uploads' | 'uploadBytes'>, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes a place for an upload of `length` bytes; a single one may exceed the limit. Drops an older try of
   * the same assignment. Returns a function that gives the place back, once. Throws `update.too-many`.
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
      // The difference is negative if the clock was set back.
      const took = Math.max(0, this.#clock.now() - place.since);
      this.#each += (took - this.#each) * newestWeight;
    };
  }

  #free(assignment: string, place: Place): boolean {
    if (this.#taken.get(assignment) !== place) return false;
    this.#taken.delete(assignment);
    this.#bytes -= place.length;
    return true;
  }

  /** Returns the ms until the turn of an upload without a place. */
  #untilTurn(assignment: string): number {
    const now = this.#clock.now();
    const latest = now + maxComeBackMs;
    const told = this.#turns.get(assignment);
    // It came too early; a turn after `latest` means that the clock was set back.
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
