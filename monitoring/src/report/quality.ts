import type { Category, CategorySample, NumberSample, Sample } from '../samples/sample.ts';

/** Counts of one side of a feature. */
export interface SideQuality {
  readonly rows: number;
  readonly missing: number;
  /** Values in a column of numbers that are not finite numbers. */
  readonly unreadable: number;
  readonly distinct: number;
}

/** Quality of a feature's data, apart from drift. */
export interface Quality {
  readonly reference: SideQuality;
  readonly current: SideQuality;
  /** Categories that the reference lacks, most frequent first, at most 20, with their counts. */
  readonly added: readonly { readonly category: Category; readonly count: number }[];
  /** Number of values in categories that the reference lacks. */
  readonly addedCount: number;
  /** Number of categories of the reference that no longer occur. */
  readonly vanished: number;
  /** Number of values below the least or above the greatest number of the reference. */
  readonly outside: number;
}

const maxNamedValues = 20;

export function qualityOf(
  reference: Sample,
  current: Sample,
  sides: { readonly reference: SideQuality; readonly current: SideQuality },
): Quality {
  const none = { added: [], addedCount: 0, vanished: 0, outside: 0 };
  if (reference.kind === 'numbers' && current.kind === 'numbers')
    return { ...sides, ...none, outside: outsideOf(reference, current) };
  if (reference.kind === 'categories' && current.kind === 'categories')
    return { ...sides, ...none, ...changesOf(reference, current) };
  return { ...sides, ...none };
}

function outsideOf(reference: NumberSample, current: NumberSample): number {
  const [low, high] = [reference.sorted[0], reference.sorted.at(-1)];
  if (low === undefined || high === undefined) return 0;
  let count = 0;
  for (const value of current.sorted) if (value < low || value > high) count += 1;
  return count;
}

function changesOf(
  reference: CategorySample,
  current: CategorySample,
): Pick<Quality, 'added' | 'addedCount' | 'vanished'> {
  const added = [...current.counts]
    .filter(([category]) => !reference.counts.has(category))
    .map(([category, count]) => ({ category, count }))
    .sort((a, b) => b.count - a.count);
  return {
    added: added.slice(0, maxNamedValues),
    addedCount: added.reduce((sum, { count }) => sum + count, 0),
    vanished: [...reference.counts.keys()].filter(category => !current.counts.has(category)).length,
  };
}
