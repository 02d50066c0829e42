/** Count, with the total time in ns. */
export interface Duration {
  readonly count: number;
  readonly ns: number;
}

/** Maximum batch sizes that are counted separately. */
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

/** Statistics of a version of a model since it was first loaded. */
export class ModelStatistics {
  readonly success = new Sum();
  readonly failure = new Sum();
  readonly queue = new Sum();
  readonly compute = new Sum();
  /** Executions by the number of rows that ran together. */
  readonly batches = new Map<number, Sum>();
  /** Number of answered rows. */
  rows = 0;
  executions = 0;
  /** Time of the last request, ms since 1970; 0: never. */
  lastAsked = 0;
  /** Weight that decides which model is unloaded for another. */
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
