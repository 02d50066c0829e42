import type { FixedBins, LogarithmicBins } from './query.ts';

/** Bins of a histogram. Bin 0 is below all others, the last one above them; those between have both ends. */
export interface HistogramBins {
  /** Number of bins, with the lowest and the highest. */
  readonly count: number;
  /** Index of the bin of a finite value. */
  indexOf(value: number): number;
  /** Lower end of a bin; −∞ for the first. */
  from(index: number): number;
  /** Upper end of a bin; ∞ for the last. */
  to(index: number): number;
  /**
   * Value at a quantile within a bin, with `part` of it (0 to 1) below; not finite for the first and the
   * last bin.
   */
  at(index: number, part: number): number;
}

export function binsOf(named: FixedBins | LogarithmicBins): HistogramBins {
  return 'edges' in named ? fixedBins(named.edges) : logarithmicBins(named);
}

/** Creates bins that include their lower edge; the last one between edges also includes its upper edge. */
function fixedBins(edges: readonly number[]): HistogramBins {
  const last = edges.length - 1;
  const from = (index: number) => (index === 0 ? -Infinity : edges[index - 1]!);
  const to = (index: number) => (index > last ? Infinity : edges[index]!);
  return {
    count: edges.length + 1,
    indexOf(value) {
      if (value > edges[last]!) return last + 1;
      let [low, high] = [0, last];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (value < edges[middle]!) high = middle;
        else low = middle + 1;
      }
      // The last bin includes its upper edge.
      return value < edges[low]! ? low : last;
    },
    from,
    to,
    at: (index, part) => from(index) + part * (to(index) - from(index)),
  };
}

/** Number of bins that hold all values from `least` to `most`, each with a relative error of `relative`. */
export function logarithmicCount({ relative, least, most }: LogarithmicBins): number {
  return Math.ceil(Math.log(most / least) / Math.log1p((2 * relative) / (1 - relative)));
}

/**
 * Creates bins whose bin i has values above least · γ^(i − 1), up to least · γ^i, with γ = (1 + α) / (1 − α);
 * its value 2 γ^i / (γ + 1) differs from any other in it by at most a fraction α of that one (Masson, Rim and
 * Lee 2019, Lemma 2).
 */
function logarithmicBins(named: LogarithmicBins): HistogramBins {
  const { relative, least, most } = named;
  const growth = (1 + relative) / (1 - relative);
  const between = logarithmicCount(named);
  const edge = (index: number) => least * growth ** index;
  return {
    count: between + 2,
    indexOf(value) {
      if (value < least) return 0;
      if (value > most) return between + 1;
      const index = Math.ceil(Math.log(value / least) / Math.log(growth));
      return Math.min(Math.max(index, 1), between);
    },
    from: index => (index === 0 ? -Infinity : edge(index - 1)),
    to: index => (index > between ? Infinity : edge(index)),
    at: index => (index > 0 && index <= between ? (2 * edge(index)) / (growth + 1) : Infinity),
  };
}
