import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';

/** Maximum share of the budget for the bodies of one token. */
const shareOfOne = 1 / 2;

/**
 * Bounds the bytes of all bodies that are read or processed at once, over all protocols. They are counted as
 * they arrive. If there is no room, bodies that have been arriving for `patience` ms are dropped, the oldest
 * first.
 */
export class BodyBudget {
  readonly #most: number;
  readonly #patience: number;
  readonly #clock: Clock;
  #taken = 0;
  readonly #takenBy = new Map<string, number>();
  /** Bodies that are arriving, the oldest first. */
  readonly #arriving = new Set<BodyShare>();

  constructor(most: number, patience: number, clock: Clock) {
    this.#most = most;
    this.#patience = patience;
    this.#clock = clock;
  }

  /** Bytes in use. */
  get taken(): number {
    return this.#taken;
  }

  /** Makes an empty share for one request; `holder` is the id of its token, empty for none. */
  share(holder: string): BodyShare {
    return new BodyShare(this, holder);
  }

  /**
   * Counts bytes for a share. Throws `prediction.too-many` if there is no room; a single body always has
   * room.
   */
  take(share: BodyShare, bytes: number): void {
    const { holder, held } = share;
    const own = this.#takenBy.get(holder) ?? 0;
    if (holder !== '' && own > held && own + bytes > shareOfOne * this.#most)
      throw tooMany(
        `the bodies of this token have half of the room for all (${this.#most} bytes, by inference.body)`,
      );
    for (const other of this.#arriving) {
      if (this.#fits(share, bytes) || this.#clock.now() - other.since < this.#patience) break;
      if (other !== share) other.drop(this.#full);
    }
    if (!this.#fits(share, bytes)) throw this.#full;
    this.add(share, bytes);
  }

  /** Counts bytes for a share; negative ones are given back. */
  add({ holder }: BodyShare, bytes: number): void {
    this.#taken += bytes;
    const own = (this.#takenBy.get(holder) ?? 0) + bytes;
    if (own > 0) this.#takenBy.set(holder, own);
    else this.#takenBy.delete(holder);
  }

  arrives(share: BodyShare): number {
    this.#arriving.add(share);
    return this.#clock.now();
  }

  hasArrived(share: BodyShare): void {
    this.#arriving.delete(share);
  }

  get #full(): MurmurationError {
    return tooMany(`the room for bodies is full (${this.#most} bytes, by inference.body)`);
  }

  #fits({ held }: BodyShare, bytes: number): boolean {
    return this.#taken <= held || this.#taken + bytes <= this.#most;
  }
}

/** Makes the error for a full resource, described by `room`; `after` is ms until a retry. */
export function tooMany(room: string, after?: number): MurmurationError {
  return new MurmurationError(
    'prediction.too-many',
    `Too many predictions are waiting: ${room}; try again in a moment.`,
    after === undefined ? {} : { after },
  );
}

/** Share of one request in a budget. */
export class BodyShare {
  readonly #budget: BodyBudget;
  readonly holder: string;
  #held = 0;
  #drop: ((error: MurmurationError) => void) | undefined;
  /** Time when its body began to arrive, ms since 1970. */
  since = 0;

  constructor(budget: BodyBudget, holder: string) {
    this.#budget = budget;
    this.holder = holder;
  }

  get held(): number {
    return this.#held;
  }

  /** Marks the start of its body; until `arrived`, `drop` may be called and must end it. */
  arrives(drop: (error: MurmurationError) => void): void {
    this.#drop = drop;
    this.since = this.#budget.arrives(this);
  }

  arrived(): void {
    this.#drop = undefined;
    this.#budget.hasArrived(this);
  }

  drop(error: MurmurationError): void {
    this.#drop?.(error);
    this.giveBack();
  }

  /** Counts bytes as they arrive. Throws `prediction.too-many` if there is no room. */
  take(bytes: number): void {
    this.#budget.take(this, bytes);
    this.#held += bytes;
  }

  /**
   * Counts bytes that exist already, such as an answer that waits to be sent: they leave less room for
   * others.
   */
  add(bytes: number): void {
    this.#budget.add(this, bytes);
    this.#held += bytes;
  }

  giveBack(): void {
    this.arrived();
    this.add(-this.#held);
  }
}
