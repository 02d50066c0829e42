import { Popularity } from '@murmuration/serving/server/popularity';
import { expect, it } from 'vitest';
import { idealHitRate, zipfTrace } from '../../../bench/ondemand/trace.ts';

const none = Number.NEGATIVE_INFINITY;

it('a model that is asked twice weighs more than one that was asked once, later', () => {
  const popularity = new Popularity();
  const twice = popularity.asked(popularity.asked(none));
  expect(twice).toBeGreaterThan(popularity.asked(none));
});

it('a request counts half 3,000 requests later, and sums of them add up', () => {
  const popularity = new Popularity();
  let old = none;
  for (let time = 0; time < 2; time++) old = popularity.asked(old);
  for (let other = 0; other < 2_998; other++) popularity.asked(none);
  const young = popularity.asked(none);
  // Two of the first hour weigh as one of now.
  expect(old).toBeCloseTo(young, 2);
  expect(2 ** popularity.asked(young)).toBeCloseTo(2 ** young + 2 ** (3_001 / 3_000), 6);
});

/** The share of requests that find their model where the one of least weight makes room. */
function hitRate(trace: readonly number[], capacity: number): number {
  const popularity = new Popularity();
  const weights = new Map<number, number>();
  const memory = new Set<number>();
  let hits = 0;
  for (const model of trace) {
    if (memory.has(model)) hits += 1;
    else if (memory.size >= capacity) {
      const [least] = [...memory].toSorted((a, b) => weights.get(a)! - weights.get(b)!);
      memory.delete(least!);
    }
    memory.add(model);
    weights.set(model, popularity.asked(weights.get(model) ?? none));
  }
  return hits / trace.length;
}

it.each([1, 2, 3])('finds 0.92 of what whoever knows the future would find (seed %i)', seed => {
  const trace = zipfTrace(1_000, 10_000, 1.1, seed);
  expect(hitRate(trace, 100)).toBeGreaterThan(0.92 * idealHitRate(trace, 100));
});
