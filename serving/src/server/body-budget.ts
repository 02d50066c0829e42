import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bounds the bytes of all bodies that are read or worked on at the same time, whatever protocol carries them. */
export class BodyBudget {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The part of one request, with nothing in it. */
  share(): BodyShare {
    return new BodyShare(this);
  }

  /** Counts bytes of whom `held` are counted already. Throws `prediction.too-many` where there is no room; one body always has room. */
  take(bytes: number, held: number): void {
    if (this.#taken > held && this.#taken + bytes > this.#most)
      throw new MurmurationError('prediction.too-many');
    this.#taken += bytes;
  }

  /** Counts bytes, or gives them back where they are negative. */
  add(bytes: number): void {
    this.#taken += bytes;
  }
}

/** What one request has of a budget. */
export class BodyShare {
  readonly #budget: BodyBudget;
  #held = 0;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Before bytes are read. Throws `prediction.too-many` where there is no room for them. */
  take(bytes: number): void {
    this.#budget.take(bytes, this.#held);
    this.#held += bytes;
  }

  /** For bytes that are there already, such as an answer that waits to be sent: they leave less room for others. */
  add(bytes: number): void {
    this.#budget.add(bytes);
    this.#held += bytes;
  }

  giveBack(): void {
    this.#budget.add(-this.#held);
    this.#held = 0;
  }
}
