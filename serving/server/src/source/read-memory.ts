import type { TakeMemory } from './model-folder.ts';

/** Bytes that are kept at most. */
const most = 16 * 2 ** 20;

/**
 * Memory to read models into, one after the other: each model that is loaded would leave its weights to the garbage, which is not collected
 * before there is much of it.
 */
export class ReadMemory {
  #spare: ArrayBuffer | undefined;

  /** `release` gives back what `take` gave last; whoever does not call it keeps it. */
  borrow(): { readonly take: TakeMemory; readonly release: () => void } {
    let taken: ArrayBuffer | undefined;
    return {
      take: length => {
        taken = this.#take(length);
        return new Uint8Array(taken, 0, length);
      },
      release: () => {
        if (taken && taken.byteLength <= most) this.#spare = taken;
        taken = undefined;
      },
    };
  }

  /** What is spare, unless it is too small, or so large that it had better go. */
  #take(length: number): ArrayBuffer {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare && spare.byteLength >= length && spare.byteLength <= 4 * length
      ? spare
      : new ArrayBuffer(length);
  }
}
