import type { Chart, Line, LineChart, Reference, SeriesColour } from '@murmuration/monitoring/kit/chart';
import type { Unit } from '@murmuration/monitoring/kit/quantities';
import { quantiles } from '../learning-curves/quantiles.ts';
import type { Run } from '../run-events/run.ts';
import {
  type Curve,
  curveOf,
  descriptionOf,
  heldOutCurve,
  heldOutMetrics,
  own,
  trainingMean,
  trainingMetrics,
} from './curves.ts';
import { thinned } from './thin.ts';

/** Maximum points of a drawn line; more can't be seen. */
const maxLinePoints = 500;

export interface NamedCurve {
  readonly metric: string;
  readonly name: string;
  readonly curve: Curve;
}

export const colourOf = (index: number): SeriesColour => ((index % 8) + 1) as SeriesColour;

/** Makes a line of a curve, thinned without a visible difference. */
export function lineOf(curve: Curve, name: string, colour: SeriesColour, dashed = false): Line {
  const kept = thinned(curve.round, curve.value, maxLinePoints);
  const of = (column: readonly number[]) => kept.map(i => column[i]!);
  return {
    name,
    colour,
    dashed,
    round: of(curve.round),
    bytes: of(curve.bytes),
    ms: of(curve.ms),
    value: of(curve.value).map(rounded),
    band: null,
  };
}

/** Rounds to five significant digits: more than a chart can show, and a small page. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Groups a run's held-out curves by unit; metrics of one unit share a chart. */
export function heldOutCurves(run: Run): Map<Unit, NamedCurve[]> {
  const byUnit = new Map<Unit, NamedCurve[]>();
  for (const metric of heldOutMetrics(run)) {
    const curve = heldOutCurve(run.rounds, metric);
    if (curve.value.length === 0) continue;
    const { unit } = descriptionOf(run, metric);
    byUnit.set(unit, [...(byUnit.get(unit) ?? []), { metric, name: metric, curve }]);
  }
  return byUnit;
}

/** Returns the published results for the metrics of a chart. */
export function referencesFor(run: Run, metrics: readonly string[]): Reference[] {
  return run.begun.published
    .filter(({ metric }) => metrics.includes(metric))
    .map(published =>
      published.kind === 'metric'
        ? { label: published.label, value: published.value, round: null }
        : { label: published.label, value: published.target, round: published.rounds },
    );
}

/** Makes a chart of held-out metrics of one unit over the rounds. */
export function learningChart(run: Run, unit: Unit, curves: readonly NamedCurve[]): LineChart {
  const metrics = curves.map(({ metric }) => metric);
  return {
    kind: 'lines',
    unit,
    label: curves.map(({ name }) => name).join(', '),
    lines: curves.map(({ name, curve }, index) => lineOf(curve, name, colourOf(index))),
    references: referencesFor(run, metrics),
  };
}

/**
 * Makes a chart per training metric: the mean over contributors, in a band from the 10th to the 90th
 * percentile.
 */
export function trainingCharts(
  run: Run,
): { readonly metric: string; readonly curve: Curve; readonly chart: Chart }[] {
  return trainingMetrics(run).flatMap(metric => {
    const curve = curveOf(run.rounds, round => trainingMean(round, metric));
    if (curve.value.length === 0) return [];
    const line = lineOf(curve, 'mean over examples', 2);
    const byNumber = new Map(run.rounds.map(round => [round.number, round]));
    const edges = line.round.map(number =>
      quantiles(
        (own(byNumber.get(number)!.training!.metrics, metric) ?? []).filter(value => value !== null),
        [0.1, 0.9],
      ),
    );
    const { unit } = trainingUnit(run, metric);
    const band = { low: edges.map(([low]) => rounded(low!)), high: edges.map(([, high]) => rounded(high!)) };
    const lines = [{ ...line, band }];
    return [{ metric, curve, chart: { kind: 'lines', unit, label: metric, lines, references: [] } }];
  });
}

/**
 * Returns the description of a training metric; the loss has its objective's unit, even if a held-out metric
 * has the same name.
 */
export function trainingUnit(run: Run, metric: string): { unit: Unit; better: 'higher' | 'lower' } {
  if (metric === 'loss') return { unit: run.begun.lossUnit ?? 'number', better: 'lower' };
  return descriptionOf(run, metric);
}
