import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { quantile } from '../samples/moments.ts';
import type { Category, CategorySample, NumberSample } from '../samples/sample.ts';

/** How values of a feature are counted: made once from a reference, the same on every replica. Plain data. */
export type Bins =
  | {
      readonly kind: 'numbers' /** Ascending; values below the first and from the last on have bins of their own. */;
      readonly edges: readonly number[];
    }
  | {
      readonly kind: 'categories' /** Others are counted together. */;
      readonly categories: readonly Category[];
    };

/** Bins of equal width between two values. Throws `config.invalid` where they are not in order. */
export function fixedBins(low: number, high: number, bins: number): Bins {
  if (!(low < high && Number.isFinite(high - low) && bins >= 1 && Number.isInteger(bins)))
    throw new MurmurationError(
      'config.invalid',
      'Bins are between two values, the lower first; there is one at least.',
    );
  const edges = Array.from({ length: bins + 1 }, (_, at) => low + ((high - low) * at) / bins);
  return { kind: 'numbers', edges };
}

/** Bins that hold about equally many values of a reference that is not empty; fewer where it has few distinct values. */
export function quantileBins({ sorted }: NumberSample, bins = 20): Bins {
  const inner = Array.from({ length: bins - 1 }, (_, at) => quantile(sorted, (at + 1) / bins));
  return { kind: 'numbers', edges: [...new Set(inner)] };
}

/** The most frequent categories of a reference. */
export function categoryBins({ counts }: CategorySample, most = 100): Bins {
  const order = [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
  return { kind: 'categories', categories: order.map(([category]) => category) };
}
