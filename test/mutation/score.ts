import { wilson } from '@murmuration/monitoring/accuracy/wilson';
import { round } from '../bench/benchmark.ts';
import { seededRandom } from '../seeded-random.ts';

/** The least score that is good enough. */
export const enough = 0.85;

/** What became of a mutant that compiles: a test found it, a test didn't end with it, all tests passed, or none comes by it. */
export type Outcome = 'killed' | 'timedOut' | 'survived' | 'uncovered';

const outcomes: Partial<Record<string, Outcome>> = {
  Killed: 'killed',
  Timeout: 'timedOut',
  // Something failed outside of a test, which turns a run as red.
  RuntimeError: 'killed',
  Survived: 'survived',
  NoCoverage: 'uncovered',
};

/** What Stryker's status of a mutant means. Throws for one that says nothing of tests. */
export function outcomeOf(status: string): Outcome {
  const outcome = outcomes[status];
  if (outcome === undefined) throw new Error(`Stryker tested a mutant and says of it: ${status}.`);
  return outcome;
}

export const isFound = (outcome: Outcome): boolean => outcome === 'killed' || outcome === 'timedOut';

/** The share of mutants that tests found, and between which it lies for all of them (Wilson, 95 %). */
export function scoreOf(all: readonly Outcome[]) {
  const count = (asked: Outcome) => all.filter(outcome => outcome === asked).length;
  const found = all.filter(isFound).length;
  const [low, high] = wilson(found, all.length);
  return {
    score: round(found / all.length),
    low: round(low),
    high: round(high),
    sampled: all.length,
    killed: count('killed'),
    timedOut: count('timedOut'),
    survived: count('survived'),
    uncovered: count('uncovered'),
  };
}

/** All of these in an order that follows from a seed (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const place = new DataView(random(4).buffer).getUint32(0) % (last + 1);
    [order[last], order[place]] = [order[place]!, order[last]!];
  }
  return order;
}
