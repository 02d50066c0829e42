/** The median milliseconds of each of several things, taken in turns, so that whatever else the machine does slows all alike. */
export function medians<const Things extends readonly (() => unknown)[]>(
  things: Things,
  turns: number,
  warmUp: number,
): { [Thing in keyof Things]: number } {
  for (let turn = 0; turn < warmUp; turn++) for (const thing of things) thing();
  const times = things.map((thing): [typeof thing, number[]] => [thing, []]);
  for (let turn = 0; turn < turns; turn++) {
    for (const [thing, taken] of times) {
      const start = performance.now();
      thing();
      taken.push(performance.now() - start);
    }
  }
  const middle = times.map(([, taken]) => taken.sort((a, b) => a - b)[Math.floor(turns / 2)]);
  return middle as { [Thing in keyof Things]: number };
}
