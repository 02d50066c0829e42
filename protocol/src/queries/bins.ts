import type { FixedBins, LogarithmicBins } from './query.ts';

/** The bins of a histogram. Bin 0 is below all others, the last one is above them; what is between has both ends. */
export interface Bins {
  /** Bins in all, with that below and that above. */
  readonly count: number;
  /** The bin that a finite value falls into. */
  indexOf(value: number): number;
  /** The least value of a bin; −∞ of the first. */
  from(index: number): number;
  /** The greatest; ∞ of the last. */
  to(index: number): number;
  /** The value that stands for the part of a bin, from 0 to 1, that lies below a quantile; not finite of the first and the last. */
  at(index: number, part: number): number;
}

/** The bins that a query names. */
export function binsOf(named: FixedBins | LogarithmicBins): Bins {
  return 'edges' in named ? fixedBins(named.edges) : logarithmicBins(named);
}

/** Each bin has its lower edge, and the last one its upper edge too. */
function fixedBins(edges: readonly number[]): Bins {
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
      // The last bin ends with its upper edge.
      return value < edges[low]! ? low : last;
    },
    from,
    to,
    at: (index, part) => from(index) + part * (to(index) - from(index)),
  };
}

/** How many bins hold all values from `least` to `most`, each known up to `relative` of itself. */
export function logarithmicCount({ relative, least, most }: LogarithmicBins): number {
  return Math.ceil(Math.log(most / least) / Math.log1p((2 * relative) / (1 - relative)));
}

/**
 * Bin i has what is above least · γ^(i − 1), up to least · γ^i, with γ = (1 + α) / (1 − α); the value 2 γ^i / (γ + 1) of it is no farther than α
 * of itself from any other (Masson, Rim and Lee 2019, Lemma 2).
 */
function logarithmicBins(named: LogarithmicBins): Bins {
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
