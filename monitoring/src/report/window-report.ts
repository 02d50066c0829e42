import { twoSampleTests } from '../two-sample/tests.ts';
import type { Bins } from '../windows/bins.ts';
import { compareWindows, type WindowTest } from '../windows/compare.ts';
import type { FeatureWindow } from '../windows/feature-window.ts';
import type { Distribution } from './distribution.ts';
import { type DriftReport, type DriftReportOptions, reportOn } from './drift-report.ts';
import type { FeatureDrift, FeatureReport } from './feature-report.ts';
import type { Quality, SideQuality } from './quality.ts';

/** Feature with counted values. */
export interface CountedFeature {
  readonly name: string;
  readonly role: 'feature' | 'prediction' | 'target';
  readonly bins: Bins;
  /** Windows that were both counted with these bins. */
  readonly reference: FeatureWindow;
  readonly current: FeatureWindow;
  /** Name of the test; `jensen-shannon` by default. */
  readonly test?: WindowTest | undefined;
  /** Threshold that replaces the test's own. */
  readonly threshold?: number | undefined;
}

/**
 * Makes a report like `driftReport` from counts: tests and drawings see only bins, so shifts within a bin
 * are not found.
 */
export function windowReport(features: readonly CountedFeature[], options: DriftReportOptions): DriftReport {
  return reportOn(features.map(reportCounted), options);
}

function reportCounted(feature: CountedFeature): FeatureReport {
  const { name, role, bins, reference, current } = feature;
  const drift = driftOf(feature);
  const empty = sideOf(reference).rows === 0 ? 'reference' : 'window';
  return {
    name,
    role,
    kind: bins.kind,
    drift,
    reason: drift ? undefined : `The ${empty} holds no value of it.`,
    quality: qualityOf(bins, reference, current),
    distribution: distributionOf(bins, reference, current),
    text: undefined,
  };
}

function driftOf({ reference, current, test, threshold }: CountedFeature): FeatureDrift | undefined {
  const found = compareWindows(reference, current, test, threshold);
  if (!found) return undefined;
  const { title, measures } = twoSampleTests[found.test];
  return { ...found, title, measures, adjusted: found.score, since: undefined };
}

/** Returns the quality of counted values; distinct values within a bin are unknown. */
function qualityOf(bins: Bins, reference: FeatureWindow, current: FeatureWindow): Quality {
  const isCategories = bins.kind === 'categories';
  const others = isCategories ? bins.categories.length : -1;
  const added = (window: FeatureWindow) => window.counts[others] ?? 0;
  return {
    reference: sideOf(reference),
    current: sideOf(current),
    added: [],
    addedCount: added(reference) === 0 ? added(current) : 0,
    vanished: isCategories
      ? bins.categories.filter((_, at) => reference.counts[at]! > 0 && current.counts[at] === 0).length
      : 0,
    outside: 0,
  };
}

function sideOf(window: FeatureWindow): SideQuality {
  const { counts, missing, unreadable } = window;
  return {
    rows: total(window) + missing + unreadable,
    missing,
    unreadable,
    distinct: counts.filter(count => count > 0).length,
  };
}

function distributionOf(bins: Bins, reference: FeatureWindow, current: FeatureWindow): Distribution {
  const shares = ({ counts }: FeatureWindow, all: number) => counts.map(count => (all > 0 ? count / all : 0));
  const [before, after] = [shares(reference, total(reference)), shares(current, total(current))];
  if (bins.kind === 'numbers')
    return {
      kind: 'categories',
      labels: rangesOf(bins.edges),
      reference: before,
      current: after,
      others: { reference: 0, current: 0 },
    };
  const order = bins.categories
    .map((category, at) => ({ label: String(category), before: before[at]!, after: after[at]! }))
    .toSorted((a, b) => b.before + b.after - a.before - a.after);
  const shown = order.slice(0, maxShownWindows);
  const rest = order.slice(maxShownWindows);
  const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
  return {
    kind: 'categories',
    labels: shown.map(({ label }) => label),
    reference: shown.map(each => each.before),
    current: shown.map(each => each.after),
    others: {
      reference: sum(rest.map(each => each.before)) + before.at(-1)!,
      current: sum(rest.map(each => each.after)) + after.at(-1)!,
    },
  };
}

const maxShownWindows = 12;

/** Returns the labels of number bins: `below 2`, `2 to 5`, `5 and more`. */
function rangesOf(edges: readonly number[]): string[] {
  if (edges.length === 0) return ['any'];
  const text = (edge: number) => String(Number(edge.toPrecision(4)));
  const inner = edges.slice(1).map((edge, at) => `${text(edges[at]!)} to ${text(edge)}`);
  return [`below ${text(edges[0]!)}`, ...inner, `${text(edges.at(-1)!)} and more`];
}

function total({ counts }: FeatureWindow): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
