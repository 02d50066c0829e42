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

/**
 * The share of requests that find their model in a memory for `capacity`, from which goes what is asked again last of all (Belady 1966): no memory
 * that has to load each model it lacks finds more.
 */
export function idealHitRate(trace: readonly number[], capacity: number): number {
  const next = new Float64Array(trace.length);
  const later = new Map<number, number>();
  for (let at = trace.length - 1; at >= 0; at--) {
    next[at] = later.get(trace[at]!) ?? Number.POSITIVE_INFINITY;
    later.set(trace[at]!, at);
  }
  /** When each model in memory is asked again. */
  const memory = new Map<number, number>();
  let hits = 0;
  for (const [at, model] of trace.entries()) {
    if (memory.has(model)) hits += 1;
    else if (memory.size >= capacity) {
      const [last] = [...memory].reduce((a, b) => (b[1] > a[1] ? b : a));
      memory.delete(last);
    }
    memory.set(model, next[at]!);
  }
  return hits / trace.length;
}
