/** The largest difference between values at the same place; NaN where there is none to compare with. */
export function difference(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual?.length !== expected.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < expected.length; i++)
    largest = Math.max(largest, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN)));
  return largest;
}
