import type { Cell } from '@murmuration/monitoring/samples/sample';
import { readCategories, readNumbers } from '@murmuration/monitoring/samples/sample';
import { type Bins, categoryBins, quantileBins } from '@murmuration/monitoring/windows/bins';
import { type FeatureWindow, WindowCounter } from '@murmuration/monitoring/windows/feature-window';
import type { FeatureRole } from './features.ts';

/** Bins by which every replica counts the features of a version. Plain data. */
export interface CountingPlan {
  /** Id; different for different bins. */
  readonly id: string;
  /** Bins by feature name. */
  readonly features: Readonly<Record<string, { readonly role: FeatureRole; readonly bins: Bins }>>;
}

/** Values of a feature. */
export interface FeatureColumn {
  readonly role: FeatureRole;
  readonly cells: readonly Cell[];
}

/** Counts made elsewhere, by their own bins, such as the sums of devices. */
export interface CountedElsewhere {
  readonly model: string;
  readonly version: string;
  readonly plan: CountingPlan;
  readonly counts: Counts;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export type FeatureColumns = Readonly<Record<string, FeatureColumn>>;
export type Counts = Readonly<Record<string, FeatureWindow>>;

/** Returns an own property of a record: every object inherits some names, such as `constructor`. */
export function ownOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Number of bins for numbers: with more, windows of a thousand rows seem to drift by chance. */
const numberBins = 10;
/** Maximum distinct values of numbers that count as categories, as in Evidently 0.7. */
const fewValues = 5;
const maxPlanCategories = 50;

/**
 * Makes bins that each hold about the same number of a sample's values. Features without a value are left
 * out.
 */
export function planOf(id: string, columns: FeatureColumns): CountingPlan {
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
  if (categories.distinct <= maxPlanCategories)
    return categories.size > 0 ? categoryBins(categories, maxPlanCategories) : undefined;
  return categoryBins(readCategories(cells.filter(isForBins)).sample, maxPlanCategories);
}

/**
 * Selects every other value of a feature with more categories than bins to choose the bins; the others are
 * counted. If the same values did both, the chosen categories would look more frequent than they are, and
 * every later window would look drifted.
 */
const isForBins = (_: Cell, at: number): boolean => at % 2 === 0;

/** Counts the sample that a plan was made from. */
export function countReference(plan: CountingPlan, columns: FeatureColumns): Counts {
  const own = Object.entries(columns).map(([name, column]) => {
    const bins = ownOf(plan.features, name)?.bins;
    const isSelected =
      bins?.kind === 'categories' && readCategories(column.cells).sample.distinct > bins.categories.length;
    const cells = isSelected ? column.cells.filter((cell, at) => !isForBins(cell, at)) : column.cells;
    return [name, { ...column, cells }] as const;
  });
  return countColumns(plan, Object.fromEntries(own));
}

/** Counts a sample by a plan. */
export function countColumns({ features }: CountingPlan, columns: FeatureColumns): Counts {
  const counts: Record<string, FeatureWindow> = {};
  for (const [name, { bins }] of Object.entries(features)) {
    const counter = new WindowCounter(bins);
    for (const cell of ownOf(columns, name)?.cells ?? []) counter.add(cell);
    counts[name] = counter.take();
  }
  return counts;
}
