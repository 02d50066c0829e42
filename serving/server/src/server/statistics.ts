/** A count, and the time that went by, ns. */
export interface Duration {
  readonly count: number;
  readonly ns: number;
}

/** Sizes of batches that are told apart at most. */
const mostSizes = 256;

class Sum {
  #count = 0;
  #ms = 0;

  add(ms: number, times = 1): void {
    this.#count += times;
    this.#ms += ms;
  }

  get value(): Duration {
    return { count: this.#count, ns: Math.round(this.#ms * 1e6) };
  }
}

/** What happened with a version of a model since it was loaded first. */
export class ModelStatistics {
  readonly success = new Sum();
  readonly failure = new Sum();
  readonly queue = new Sum();
  readonly compute = new Sum();
  /** Executions by the rows that ran together. */
  readonly batches = new Map<number, Sum>();
  /** Rows that were answered. */
  rows = 0;
  executions = 0;
  /** ms since 1970; 0: never. */
  lastAsked = 0;
  /** By which models are compared where one has to make room. */
  popularity = Number.NEGATIVE_INFINITY;

  executed(rows: number, ms: number): void {
    this.executions += 1;
    this.compute.add(ms);
    let sum = this.batches.get(rows);
    if (!sum) {
      if (this.batches.size >= mostSizes) return;
      sum = new Sum();
      this.batches.set(rows, sum);
    }
    sum.add(ms);
  }
}
