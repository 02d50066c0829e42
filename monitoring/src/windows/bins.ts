import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { quantile } from '../samples/moments.ts';
import type { Category, CategorySample, NumberSample } from '../samples/sample.ts';

/** Bins of a feature: made once from a reference, the same on every replica. Plain data. */
export type Bins =
  | {
      readonly kind: 'numbers';
      /** Ascending edges; values below the first and from the last on have their own bins. */
      readonly edges: readonly number[];
    }
  | {
      readonly kind: 'categories';
      /** Listed categories; others are counted together. */
      readonly categories: readonly Category[];
    };

/** Makes bins of equal width between two values. Throws `config.invalid` if they are not in order. */
export function fixedBins(low: number, high: number, bins: number): Bins {
  if (!(low < high && Number.isFinite(high - low) && bins >= 1 && Number.isInteger(bins)))
    throw new MurmurationError(
      'config.invalid',
      'Bins are between two values, the lower first; there is one at least.',
    );
  const edges = Array.from({ length: bins + 1 }, (_, at) => low + ((high - low) * at) / bins);
  return { kind: 'numbers', edges };
}

/**
 * Makes bins with about equally many values of a reference that is not empty; fewer bins if it has few
 * distinct values.
 */
export function quantileBins({ sorted }: NumberSample, bins = 20): Bins {
  const inner = Array.from({ length: bins - 1 }, (_, at) => quantile(sorted, (at + 1) / bins));
  return { kind: 'numbers', edges: [...new Set(inner)] };
}

/** Makes bins of a reference's most frequent categories. */
export function categoryBins({ counts }: CategorySample, most = 100): Bins {
  const order = [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
  return { kind: 'categories', categories: order.map(([category]) => category) };
}
