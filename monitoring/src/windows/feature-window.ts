import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Category, Cell } from '../samples/sample.ts';
import type { Bins } from './bins.ts';

/** What was counted of one feature in a window: sums that add up over replicas and time. Plain data. */
export interface FeatureWindow {
  /** By bin of its `Bins`, and last, of categories, the others. */
  readonly counts: readonly number[];
  /** Null, undefined and NaN. */
  readonly missing: number;
  /** Values of another kind than the bins are for, and infinities. */
  readonly unreadable: number;
}

export function emptyWindow(bins: Bins): FeatureWindow {
  return { counts: Array<number>(sizeOf(bins)).fill(0), missing: 0, unreadable: 0 };
}

/** Adds what two places counted with the same bins, in any order. Throws `data.malformed` for windows of different bins. */
export function addWindows(a: FeatureWindow, b: FeatureWindow): FeatureWindow {
  if (a.counts.length !== b.counts.length)
    throw new MurmurationError(
      'data.malformed',
      'Windows that were counted with different bins cannot be added.',
    );
  return {
    counts: a.counts.map((count, at) => count + b.counts[at]!),
    missing: a.missing + b.missing,
    unreadable: a.unreadable + b.unreadable,
  };
}

/** Counts values into the bins of a reference, in constant memory. */
export class WindowCounter {
  readonly #edges: readonly number[];
  readonly #places: ReadonlyMap<Category, number> | undefined;
  readonly #counts: Float64Array;
  #missing = 0;
  #unreadable = 0;

  constructor(bins: Bins) {
    this.#edges = bins.kind === 'numbers' ? bins.edges : [];
    this.#places =
      bins.kind === 'categories' ? new Map(bins.categories.map((each, at) => [each, at])) : undefined;
    this.#counts = new Float64Array(sizeOf(bins));
  }

  add(cell: Cell): void {
    // What nearly every cell is comes first: a number, no more than finite.
    if (typeof cell === 'number' && !this.#places && Number.isFinite(cell))
      this.#counts[this.#binOf(cell)]! += 1;
    else if (cell === null || cell === undefined || Number.isNaN(cell)) this.#missing += 1;
    else if (this.#places) this.#counts[this.#places.get(cell) ?? this.#places.size]! += 1;
    else this.#unreadable += 1;
  }

  /** What was counted since the last time it was taken. */
  take(): FeatureWindow {
    const window = {
      counts: [...this.#counts],
      missing: this.#missing,
      unreadable: this.#unreadable,
    };
    this.#counts.fill(0);
    this.#missing = 0;
    this.#unreadable = 0;
    return window;
  }

  /** How many edges are not above the value. */
  #binOf(value: number): number {
    const edges = this.#edges;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function sizeOf(bins: Bins): number {
  return bins.kind === 'numbers' ? bins.edges.length + 1 : bins.categories.length + 1;
}
