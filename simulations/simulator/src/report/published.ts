import { difference, quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../run-events/run.ts';
import { descriptionOf, heldOutCurve, roundsTo } from './curves.ts';

/** Published figure next to the run's own, as texts. */
export interface PublishedRow {
  readonly label: string;
  readonly what: string;
  readonly published: string;
  readonly here: string;
  readonly difference: string;
  readonly source: string;
}

/** Compares published figures with the run's last value of a metric, or with its rounds to a target. */
export function publishedRows(run: Run): PublishedRow[] {
  return run.begun.published.map(figure => {
    const { label, metric, source } = figure;
    const { unit, better } = descriptionOf(run, metric);
    const curve = heldOutCurve(run.rounds, metric);
    if (figure.kind === 'metric') {
      const last = curve.value.at(-1);
      return {
        label,
        what: metric,
        published: quantity(figure.value, unit),
        here: quantity(last, unit),
        difference: difference(last === undefined ? null : last - figure.value, unit),
        source,
      };
    }
    const rounds = roundsTo(curve, figure.target, better);
    return {
      label,
      what: `rounds to ${quantity(figure.target, unit)} ${metric}`,
      published: quantity(figure.rounds, 'count'),
      here: rounds === null ? 'not reached' : quantity(rounds, 'number'),
      difference: difference(rounds === null ? null : rounds - figure.rounds, 'number'),
      source,
    };
  });
}
