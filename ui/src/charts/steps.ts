/** Steps of an axis of integers, ascending. */
export const wholeSteps: number[] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].flatMap(tens =>
  [1, 2, 5].map(step => step * tens),
);
