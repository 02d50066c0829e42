import type { Run } from '../../run-events/run.ts';
import {
  descriptionOf,
  heldOutCurve,
  heldOutMetrics,
  overPhases,
  roundsTo,
  simulatedTime,
} from '../curves.ts';
import { quantity, type Unit } from '../quantities.ts';
import { mean } from './averages.ts';
import type { Group } from './groups.ts';

/** A figure of each group: the mean over its runs, and what they are between. */
export interface FinalFigure {
  readonly name: string;
  readonly unit: Unit;
  /** One a group; null where one of its runs does not have it. */
  readonly groups: readonly ({ readonly mean: number; readonly low: number; readonly high: number } | null)[];
}

/** The metrics that any of the runs has, in the order of the first ones. */
export function metricsOfAll(groups: readonly Group[]): string[] {
  return [...new Set(groups.flatMap(({ runs }) => runs.flatMap(heldOutMetrics)))];
}

/** How a metric is read by the first run that describes it. */
export function descriptionIn(groups: readonly Group[], metric: string): ReturnType<typeof descriptionOf> {
  const runs = groups.flatMap(({ runs }) => runs);
  return descriptionOf(runs.find(({ begun }) => Object.hasOwn(begun.metrics, metric)) ?? runs[0]!, metric);
}

/** What the runs came to: metrics, rounds to the targets of others, traffic and time. */
export function finalFigures(groups: readonly Group[]): FinalFigure[] {
  const figure = (name: string, unit: Unit, of: (run: Run) => number | null | undefined): FinalFigure => ({
    name,
    unit,
    groups: groups.map(({ runs }) => {
      const values = runs.map(of).filter(value => typeof value === 'number');
      if (values.length < runs.length) return null;
      return { mean: mean(values), low: Math.min(...values), high: Math.max(...values) };
    }),
  });
  const metrics = metricsOfAll(groups).map(metric => {
    const { unit } = descriptionIn(groups, metric);
    return figure(metric, unit, ({ rounds }) => heldOutCurve(rounds, metric).value.at(-1));
  });
  return [
    ...metrics,
    ...targetsOf(groups).map(({ metric, target }) => {
      const { unit, better } = descriptionIn(groups, metric);
      return figure(`rounds to ${quantity(target, unit)} ${metric}`, 'number', ({ rounds }) =>
        roundsTo(heldOutCurve(rounds, metric), target, better),
      );
    }),
    figure('rounds', 'count', ({ rounds }) => rounds.length),
    figure(
      'failed rounds',
      'count',
      ({ rounds }) => rounds.filter(({ outcome }) => outcome === 'failed').length,
    ),
    figure('traffic', 'bytes', ({ rounds }) =>
      rounds.reduce((sum, round) => sum + overPhases(round, ({ up, down }) => up + down), 0),
    ),
    figure('simulated time', 'ms', ({ rounds }) => simulatedTime(rounds)),
    figure(
      'time on the machine',
      'ms',
      ({ rounds, ended }) =>
        1_000 * (ended?.seconds ?? rounds.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0)),
    ),
  ];
}

/** The targets that others published rounds to. */
function targetsOf(groups: readonly Group[]): { metric: string; target: number }[] {
  const targets = groups
    .flatMap(({ runs }) => runs)
    .flatMap(({ begun }) => begun.published)
    .flatMap(figure =>
      figure.kind === 'rounds-to' ? [{ metric: figure.metric, target: figure.target }] : [],
    );
  return [...new Map(targets.map(target => [JSON.stringify(target), target])).values()];
}

/** A figure of a group as text: with what its runs are between where they differ. */
export function figureText(figure: FinalFigure['groups'][number], unit: Unit): string {
  if (!figure) return '–';
  const { low, high } = figure;
  const middle = quantity(
    unit === 'count' ? Math.round(10 * figure.mean) / 10 : figure.mean,
    unit === 'count' && !Number.isInteger(figure.mean) ? 'number' : unit,
  );
  return low === high ? middle : `${middle} (${quantity(low, unit)} to ${quantity(high, unit)})`;
}
