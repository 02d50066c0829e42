import { difference, quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../run-events/run.ts';
import { descriptionOf, heldOutCurve, roundsTo } from './curves.ts';

/**
 * Compares published figures with the run's last value of a metric, or with its rounds to a target. A row:
 * who published what, the published figure, the run's own, their difference, and the source.
 */
export function publishedRows(run: Run): string[][] {
  return run.begun.published.map(figure => {
    const { label, metric, source } = figure;
    const { unit, better } = descriptionOf(run, metric);
    const curve = heldOutCurve(run.rounds, metric);
    if (figure.kind === 'metric') {
      const last = curve.value.at(-1);
      const off = difference(last === undefined ? null : last - figure.value, unit);
      return [label, metric, quantity(figure.value, unit), quantity(last, unit), off, source];
    }
    const rounds = roundsTo(curve, figure.target, better);
    const what = `rounds to ${quantity(figure.target, unit)} ${metric}`;
    const here = rounds === null ? 'not reached' : quantity(rounds, 'number');
    const off = difference(rounds === null ? null : rounds - figure.rounds, 'number');
    return [label, what, quantity(figure.rounds, 'count'), here, off, source];
  });
}
