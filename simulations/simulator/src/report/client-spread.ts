import type { ChangeChart } from '@murmuration/monitoring/kit/chart';
import { quantiles } from '../learning-curves/quantiles.ts';
import type { Run } from '../run-events/run.ts';
import type { ClientsCompared } from '../run-events/run-event.ts';
import { barsFor } from './bars.ts';
import { descriptionOf } from './curves.ts';
import { rounded } from './learning-charts.ts';

/** Quantiles of a distribution over clients. */
export const spreadShares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1] as const;

/** Differences among the clients on which both models were measured. */
export interface ClientSpread {
  readonly clients: number;
  readonly worse: number;
  readonly better: number;
  /** Quantiles at `spreadShares`; each column is sorted separately. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Quantiles of after − before. */
  readonly change: readonly number[];
  /** Clients that lose most, the worst first. */
  readonly losers: readonly { readonly client: number; readonly before: number; readonly after: number }[];
  readonly chart: ChangeChart;
}

const mostLosers = 5;

/** Returns the last comparison of each metric and pair of models. */
export function lastComparisons({ comparisons }: Run): ClientsCompared[] {
  const last = new Map(
    comparisons.map(compared => [
      JSON.stringify([compared.metric, compared.before.model, compared.after.model]),
      compared,
    ]),
  );
  return [...last.values()];
}

export function spreadOf(run: Run, { metric, client, before, after }: ClientsCompared): ClientSpread {
  const { unit, better } = descriptionOf(run, metric);
  const sign = better === 'higher' ? 1 : -1;
  const measured = client.flatMap((client, i) => {
    const [from, to] = [before.values[i], after.values[i]];
    return typeof from === 'number' && typeof to === 'number' ? [{ client, before: from, after: to }] : [];
  });
  const gain = (one: (typeof measured)[number]) => sign * (one.after - one.before);
  measured.sort((one, other) => gain(one) - gain(other));
  const column = (of: (one: (typeof measured)[number]) => number) =>
    quantiles(measured.map(of), spreadShares);
  const changes = measured.map(({ before, after }) => after - before);
  const { perBar, mean } = barsFor(changes.length);
  return {
    clients: measured.length,
    worse: measured.filter(one => gain(one) < 0).length,
    better: measured.filter(one => gain(one) > 0).length,
    before: column(({ before }) => before),
    after: column(({ after }) => after),
    change: quantiles(changes, spreadShares),
    losers: measured.filter(one => gain(one) < 0).slice(0, mostLosers),
    chart: {
      kind: 'changes',
      unit,
      label: `change of ${metric}`,
      change: mean(changes).map(rounded),
      clientsPerBar: perBar,
      better,
    },
  };
}
