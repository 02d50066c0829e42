/** Maximum number of bars; more can't be told apart and make a page large. */
const mostBars = 240;

/** Grouping of values into bars. */
export interface Bars {
  readonly perBar: number;
  mean(values: readonly number[]): number[];
}

/** Groups `count` adjacent values into at most 240 bars. */
export function barsFor(count: number): Bars {
  const perBar = Math.max(1, Math.ceil(count / mostBars));
  return {
    perBar,
    mean(values) {
      if (perBar === 1) return [...values];
      const means: number[] = [];
      for (let from = 0; from < values.length; from += perBar) {
        const group = values.slice(from, from + perBar);
        means.push(group.reduce((sum, value) => sum + value, 0) / group.length);
      }
      return means;
    },
  };
}
