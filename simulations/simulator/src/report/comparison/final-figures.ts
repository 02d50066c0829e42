import { quantity, type Unit } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import {
  descriptionOf,
  heldOutCurve,
  heldOutMetrics,
  overPhases,
  roundsTo,
  simulatedTime,
} from '../curves.ts';
import { mean } from './averages.ts';
import type { Group } from './groups.ts';

/** Figure of each group: mean and range over its runs. */
export interface FinalFigure {
  readonly name: string;
  readonly unit: Unit;
  /** One entry per group; null if one of its runs lacks the figure. */
  readonly groups: readonly ({ readonly mean: number; readonly low: number; readonly high: number } | null)[];
}

/** Returns the metrics that any of the runs has, in the order of first occurrence. */
export function metricsOfAll(groups: readonly Group[]): string[] {
  return [...new Set(groups.flatMap(({ runs }) => runs.flatMap(heldOutMetrics)))];
}

/** Returns a metric's description from the first run that has one. */
export function descriptionIn(groups: readonly Group[], metric: string): ReturnType<typeof descriptionOf> {
  const runs = groups.flatMap(({ runs }) => runs);
  return descriptionOf(runs.find(({ begun }) => Object.hasOwn(begun.metrics, metric)) ?? runs[0]!, metric);
}

/** Returns the results of the groups: metrics, rounds to published targets, traffic and time. */
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
    figure('failed rounds', 'count', ({ rounds }) => rounds.filter(each => each.outcome === 'failed').length),
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

/** Returns the targets of published rounds. */
function targetsOf(groups: readonly Group[]): { metric: string; target: number }[] {
  const targets = groups
    .flatMap(({ runs }) => runs)
    .flatMap(({ begun }) => begun.published)
    .flatMap(figure =>
      figure.kind === 'rounds-to' ? [{ metric: figure.metric, target: figure.target }] : [],
    );
  return [...new Map(targets.map(target => [JSON.stringify(target), target])).values()];
}

/** Formats a group's figure, with its range if its runs differ. */
export function figureText(figure: FinalFigure['groups'][number], unit: Unit): string {
  if (!figure) return '–';
  const { low, high } = figure;
  const middle = quantity(
    unit === 'count' ? Math.round(10 * figure.mean) / 10 : figure.mean,
    unit === 'count' && !Number.isInteger(figure.mean) ? 'number' : unit,
  );
  return low === high ? middle : `${middle} (${quantity(low, unit)} to ${quantity(high, unit)})`;
}
