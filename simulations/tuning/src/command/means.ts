import type { PlainData } from '@murmuration/simulations/run-events/run-event';

type Figures = Readonly<Record<string, PlainData>>;

/**
 * Averages the figures of several runs, such as those of several seeds: numbers become their mean, or null if
 * one run lacks them; other values are those of the first run.
 */
export function meansOf(runs: readonly Figures[]): Record<string, PlainData> {
  const [first = {}] = runs;
  return Object.fromEntries(
    Object.keys(first).map(name => {
      const values = runs.map(run => run[name] ?? null);
      if (values.every(value => typeof value === 'number'))
        return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
      if (values.every(value => value === null || typeof value === 'number')) return [name, null];
      return [name, first[name] ?? null];
    }),
  );
}
