/** The median milliseconds of each of several things, taken in turns, so that whatever else the machine does slows all alike. */
export function medians(things: readonly (() => unknown)[], turns: number, warmUp: number): number[] {
  for (let turn = 0; turn < warmUp; turn++) for (const thing of things) thing();
  const times: number[][] = things.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, thing] of things.entries()) {
      const start = performance.now();
      thing();
      times[i].push(performance.now() - start);
    }
  }
  return times.map(ms => ms.sort((a, b) => a - b)[Math.floor(turns / 2)]);
}
