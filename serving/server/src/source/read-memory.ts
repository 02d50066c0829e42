import type { TakeMemory } from './model-folder.ts';

/** Maximum bytes that are kept. */
const maxSpareBytes = 16 * 2 ** 20;

/**
 * Memory for reading models one after the other. Otherwise each load would leave its weights as garbage,
 * which is collected late.
 */
export class ReadMemory {
  #spare: ArrayBuffer | undefined;

  /** Lends memory: `release` returns what `take` gave last for reuse; without it, the borrower keeps it. */
  borrow(): { readonly take: TakeMemory; readonly release: () => void } {
    let taken: ArrayBuffer | undefined;
    return {
      take: length => {
        taken = this.#take(length);
        return new Uint8Array(taken, 0, length);
      },
      release: () => {
        if (taken && taken.byteLength <= maxSpareBytes) this.#spare = taken;
        taken = undefined;
      },
    };
  }

  /** Returns the spare memory, unless it is too small or more than four times too large; else allocates. */
  #take(length: number): ArrayBuffer {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare && spare.byteLength >= length && spare.byteLength <= 4 * length
      ? spare
      : new ArrayBuffer(length);
  }
}
