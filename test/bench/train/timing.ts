/** Milliseconds of each of several things in each turn: they are taken in turns, so that whatever else the machine does slows all alike. */
export function timesOf<const Things extends readonly (() => unknown)[]>(
  things: Things,
  turns: number,
  warmUp: number,
): { [Thing in keyof Things]: number[] } {
  for (let turn = 0; turn < warmUp; turn++) for (const thing of things) thing();
  const times = things.map((thing): [typeof thing, number[]] => [thing, []]);
  for (let turn = 0; turn < turns; turn++) {
    for (const [thing, taken] of times) {
      const start = performance.now();
      thing();
      taken.push(performance.now() - start);
    }
  }
  return times.map(([, taken]) => taken) as { [Thing in keyof Things]: number[] };
}
