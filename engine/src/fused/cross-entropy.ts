import type { LossRows } from './counted-rows.ts';
import type { Address } from './kernels.ts';
import type { Workspace } from './workspace.ts';

/** Softmax cross-entropy of a block of rows of logits, and its gradient. */
export class CrossEntropy {
  readonly #workspace: Workspace;
  #classes = 0;
  #blockRows = 0;
  #logits = 0;
  #sums = 0;
  #gaps = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Reserves memory for batches of up to `rows` rows of `classes` logits. */
  reserve(rows: number, classes: number): void {
    const workspace = this.#workspace;
    this.#classes = classes;
    const { logits: most, rows: fewest } = workspace.blocks;
    this.#blockRows = Math.min(rows, Math.max(fewest, 4 * Math.floor(most / classes / 4)));
    this.#logits = workspace.reserve(this.#blockRows * classes);
    this.#sums = workspace.reserve(this.#blockRows);
    this.#gaps = workspace.reserve(this.#blockRows);
  }

  /** Most rows of a block. */
  get blockRows(): number {
    return this.#blockRows;
  }

  /** Address of the logits: `[blockRows, classes]`. */
  get logits(): Address {
    return this.#logits;
  }

  /** Returns the loss of the block's first `count` rows, in nats; replaces their logits by the gradients. */
  descend({ count, labels, shares }: Omit<LossRows, 'indices'>): number {
    const { kernels, floats } = this.#workspace;
    // biome-ignore format: what is read, then what is written
    kernels.softmaxCrossEntropy(
      count, this.#classes, this.#logits, labels, shares, this.#sums, this.#gaps,
    );
    let loss = 0;
    for (let row = 0; row < count; row++) {
      const share = floats[shares / 4 + row]!;
      loss += share * (Math.log(floats[this.#sums / 4 + row]!) + floats[this.#gaps / 4 + row]!);
    }
    return loss;
  }
}
