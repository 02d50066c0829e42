import { seededRandom } from '../../seeded-random.ts';

/** Which of `models` each request asks, by Zipf's law: the model of rank r with a probability in proportion to r^−exponent. */
export function zipfTrace(
  models: number,
  requests: number,
  exponent: number,
  seed: number,
): readonly number[] {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= models; rank++) {
    sum += rank ** -exponent;
    sums.push(sum);
  }
  const random = seededRandom(seed);
  return Array.from({ length: requests }, () => {
    const draw = (Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48) * sum;
    let [low, high] = [0, models - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > draw) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** The share of requests that find their model in a memory for `capacity`, of which the least recently used goes first. */
export function idealHitRate(trace: readonly number[], capacity: number): number {
  const memory = new Set<number>();
  let hits = 0;
  for (const model of trace) {
    if (memory.delete(model)) hits += 1;
    memory.add(model);
    if (memory.size > capacity) memory.delete(memory.values().next().value as number);
  }
  return hits / trace.length;
}
