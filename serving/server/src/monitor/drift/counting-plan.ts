import type { Cell } from '@murmuration/monitoring/samples/sample';
import { readCategories, readNumbers } from '@murmuration/monitoring/samples/sample';
import { type Bins, categoryBins, quantileBins } from '@murmuration/monitoring/windows/bins';
import { type FeatureWindow, WindowCounter } from '@murmuration/monitoring/windows/feature-window';
import type { FeatureRole } from './features.ts';

/** How the features of a version are counted, on every replica alike. Plain data. */
export interface CountingPlan {
  /** Another one for other bins. */
  readonly id: string;
  /** By the name of the feature. */
  readonly features: Readonly<Record<string, { readonly role: FeatureRole; readonly bins: Bins }>>;
}

/** What was seen of a feature, value by value. */
export interface FeatureColumn {
  readonly role: FeatureRole;
  readonly cells: readonly Cell[];
}

/** What was counted elsewhere, by bins of its own: as sums of devices are. */
export interface CountedElsewhere {
  readonly model: string;
  readonly version: string;
  readonly plan: CountingPlan;
  readonly counts: Counts;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
}

export type Columns = Readonly<Record<string, FeatureColumn>>;
export type Counts = Readonly<Record<string, FeatureWindow>>;

/** What a record has under a name: some names, such as `constructor`, each object has besides. */
export function ownOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Bins of numbers: with more, windows of a thousand rows seem to drift by chance. */
const numberBins = 10;
/** Numbers of no more distinct values are categories, as in Evidently 0.7. */
const fewValues = 5;
const mostCategories = 50;

/** Bins that hold about as many values of a sample each. Features without a value are left out. */
export function planOf(id: string, columns: Columns): CountingPlan {
  const features: Record<string, { role: FeatureRole; bins: Bins }> = {};
  for (const [name, { role, cells }] of Object.entries(columns)) {
    const bins = binsOf(cells);
    if (bins) features[name] = { role, bins };
  }
  return { id, features };
}

function binsOf(cells: readonly Cell[]): Bins | undefined {
  const { sample } = readNumbers(cells);
  const isNumbers = sample.size > 0 && sample.distinct > fewValues;
  if (isNumbers) return quantileBins(sample, numberBins);
  const { sample: categories } = readCategories(cells);
  if (categories.distinct <= mostCategories)
    return categories.size > 0 ? categoryBins(categories, mostCategories) : undefined;
  return categoryBins(readCategories(cells.filter(isForBins)).sample, mostCategories);
}

/**
 * Of features with more categories than bins, every other value says which have bins, and the others are counted: values that say both make those
 * categories look more frequent than they are, and each window after them as if it had drifted.
 */
const isForBins = (_: Cell, at: number): boolean => at % 2 === 0;

/** A sample that a plan was made of, counted by it. */
export function countReference(plan: CountingPlan, columns: Columns): Counts {
  const own = Object.entries(columns).map(([name, column]) => {
    const bins = ownOf(plan.features, name)?.bins;
    const isSelected =
      bins?.kind === 'categories' && readCategories(column.cells).sample.distinct > bins.categories.length;
    const cells = isSelected ? column.cells.filter((cell, at) => !isForBins(cell, at)) : column.cells;
    return [name, { ...column, cells }] as const;
  });
  return countColumns(plan, Object.fromEntries(own));
}

/** A sample, counted by a plan. */
export function countColumns({ features }: CountingPlan, columns: Columns): Counts {
  const counts: Record<string, FeatureWindow> = {};
  for (const [name, { bins }] of Object.entries(features)) {
    const counter = new WindowCounter(bins);
    for (const cell of ownOf(columns, name)?.cells ?? []) counter.add(cell);
    counts[name] = counter.take();
  }
  return counts;
}
