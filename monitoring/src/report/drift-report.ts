import { type Accuracy, accuracyOf } from '../accuracy/accuracy.ts';
import type { AccuracySums } from '../accuracy/accuracy-sums.ts';
import { type Correction, corrected } from '../two-sample/correction.ts';
import { twoSampleTests } from '../two-sample/tests.ts';
import type { FeatureInput } from './feature-input.ts';
import { type FeatureReport, reportFeature } from './feature-report.ts';

export interface DriftReportOptions {
  /** Title of the report. */
  readonly title?: string;
  /** ms since 1970. */
  readonly at: number;
  readonly correction?: Correction;
  /** Share of drifted features from which on the data as a whole has drifted. */
  readonly share?: number;
  /** Features that are expected to drift: they are compared and shown, but don't count as drifted. */
  readonly expected?: readonly string[];
  /** Earlier reports, oldest first, which show since when a feature has drifted. */
  readonly before?: readonly DriftReport[];
  /** Sums over predictions and their outcomes by window, oldest first. */
  readonly performance?: readonly PerformanceInput[];
}

export interface PerformanceInput {
  /** Start of the window, ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly version?: string;
  readonly sums: AccuracySums;
}

export interface PerformancePoint {
  readonly from: number;
  readonly to: number;
  readonly version: string | undefined;
  readonly accuracy: Accuracy;
}

/** Report on the drift of a model's data. Plain data: `JSON.stringify` keeps all of it. */
export interface DriftReport {
  readonly title: string;
  /** ms since 1970. */
  readonly at: number;
  readonly correction: Correction;
  readonly overview: {
    readonly features: number;
    /** Number of features that could be compared. */
    readonly compared: number;
    readonly drifted: number;
    /** Share of the compared features that drifted and were not expected to. */
    readonly share: number;
    /** Share from which on the data as a whole has drifted. */
    readonly threshold: number;
    readonly isDrifted: boolean;
  };
  /** Features in the given order. */
  readonly features: readonly FeatureReport[];
  /** Names of the features that drifted as expected. */
  readonly expected: readonly string[];
  readonly performance: readonly PerformancePoint[];
}

/**
 * Compares features one after the other. A feature that can't be compared has a reason, and doesn't affect
 * the others.
 */
export function driftReport(features: readonly FeatureInput[], options: DriftReportOptions): DriftReport {
  return reportOn(features.map(reportFeature), options);
}

/** Builds a report from the results of single features. */
export function reportOn(found: readonly FeatureReport[], options: DriftReportOptions): DriftReport {
  const {
    title = 'Drift',
    at,
    correction = 'none',
    share: limit = 0.5,
    expected = [],
    before = [],
    performance = [],
  } = options;
  const reports = dated(adjusted(found, correction), at, before);
  const compared = reports.filter(({ drift }) => drift !== undefined);
  const drifted = compared.filter(({ name, drift }) => drift?.drifted && !expected.includes(name)).length;
  const share = compared.length > 0 ? drifted / compared.length : 0;
  return {
    title,
    at,
    correction,
    overview: {
      features: reports.length,
      compared: compared.length,
      drifted,
      share,
      threshold: limit,
      isDrifted: compared.length > 0 && share >= limit,
    },
    features: reports,
    expected: reports.flatMap(({ name, drift }) => (drift?.drifted && expected.includes(name) ? [name] : [])),
    performance: performance.map(({ from, to, version, sums }) => ({
      from,
      to,
      version,
      accuracy: accuracyOf(sums),
    })),
  };
}

/** Corrects the p-values of all features together. */
function adjusted(reports: readonly FeatureReport[], correction: Correction): FeatureReport[] {
  const chances = reports.flatMap(({ drift }) => (drift?.measures === 'p-value' ? [drift.score] : []));
  const values = corrected(chances, correction).values();
  return reports.map(report => {
    const { drift } = report;
    if (drift?.measures !== 'p-value' || drift.test === 'domain-classifier') return report;
    const adjusted = values.next().value ?? drift.score;
    const drifted = twoSampleTests[drift.test].differs(adjusted, drift.threshold);
    return { ...report, drift: { ...drift, adjusted, drifted } };
  });
}

/**
 * Sets the time since which features have drifted: that of the first in the unbroken series of reports in
 * which they had. If that is the first report given, its own `since` is used.
 */
function dated(
  reports: readonly FeatureReport[],
  at: number,
  before: readonly DriftReport[],
): FeatureReport[] {
  return reports.map(report => {
    if (!report.drift?.drifted) return report;
    let since = at;
    for (const earlier of before.toReversed()) {
      const drift = earlier.features.find(({ name }) => name === report.name)?.drift;
      if (!drift?.drifted) break;
      since = earlier === before[0] ? (drift.since ?? earlier.at) : earlier.at;
    }
    return { ...report, drift: { ...report.drift, since } };
  });
}
