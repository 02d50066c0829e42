import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Category, Cell } from '../samples/sample.ts';
import type { Bins } from './bins.ts';

/** Counts of one feature in a window, which add up over replicas and time. Plain data. */
export interface FeatureWindow {
  /** Counts by bin of its `Bins`; for categories, the last one counts all others. */
  readonly counts: readonly number[];
  /** Number of null, undefined and NaN values. */
  readonly missing: number;
  /** Values of another kind than the bins, and infinities. */
  readonly unreadable: number;
}

export function emptyWindow(bins: Bins): FeatureWindow {
  return { counts: Array<number>(sizeOf(bins)).fill(0), missing: 0, unreadable: 0 };
}

/**
 * Adds two windows counted with the same bins; the order doesn't matter. Throws `data.malformed` for windows
 * of different bins.
 */
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
    // Finite numbers come first, since nearly every cell is one.
    if (typeof cell === 'number' && !this.#places && Number.isFinite(cell))
      this.#counts[this.#binOf(cell)]! += 1;
    else if (cell === null || cell === undefined || Number.isNaN(cell)) this.#missing += 1;
    else if (this.#places) this.#counts[this.#places.get(cell) ?? this.#places.size]! += 1;
    else this.#unreadable += 1;
  }

  /** Returns the counts since the last call, and resets them. */
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

  /** Returns the number of edges that are not above the value. */
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
