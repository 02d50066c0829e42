/**
 * Adds up lists of counts in order until the total is `most`. Scales the list that does not fit whole: each
 * count in proportion, as near as integers come to it (largest remainders).
 */
export function atMost(most: number, lists: readonly (readonly number[])[]): number[] {
  let sums: number[] = [];
  let room = most;
  for (const counts of lists) {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const taken = all <= room ? counts : scaled(counts, all, room);
    sums = taken.map((count, at) => count + (sums[at] ?? 0));
    room -= Math.min(all, room);
    if (room === 0) break;
  }
  return sums;
}

function scaled(counts: readonly number[], all: number, room: number): number[] {
  const exact = counts.map(count => (count * room) / all);
  const whole = exact.map(Math.floor);
  const left = room - whole.reduce((sum, count) => sum + count, 0);
  const order = exact.map((_, at) => at).sort((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!));
  const raised = new Set(order.slice(0, left));
  return whole.map((count, at) => count + (raised.has(at) ? 1 : 0));
}
