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
    let held = 0;
    const add = (bytes: number) => {
      held += bytes;
      this.#taken += bytes;
    };
    return {
      take: bytes => {
        // One body always has room.
        if (this.#taken > held && this.#taken + bytes > this.#most)
          throw new MurmurationError('prediction.too-many');
        add(bytes);
      },
      add,
      giveBack: () => add(-held),
    };
  }
}

export interface BodyShare {
  /** Before bytes are read. Throws `prediction.too-many` where there is no room for them. */
  take(bytes: number): void;
  /** For bytes that are there already, such as an answer that waits to be sent: they leave less room for others. */
  add(bytes: number): void;
  giveBack(): void;
}
