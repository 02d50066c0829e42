import type { PlainData } from '@murmuration/simulations/run-events/run-event';

type Figures = Readonly<Record<string, PlainData>>;

/**
 * What several runs, such as those of several seeds, found on average: of each figure that is a number in all of them its mean, null where
 * it is missing in one, and of any other what the first run has.
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
