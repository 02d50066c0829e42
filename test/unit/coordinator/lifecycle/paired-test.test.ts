import { pairedTest } from '@murmuration/lifecycle/gates/paired-test';
import type { Evaluation } from '@murmuration/rounds/evaluation/evaluation';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from '../../monitoring/uniform.ts';

const random = uniform(11);
const gaussian = normal(random);
const measured = { better: 'higher', byExample: true } as const;

/** What a model scores, by example and by slice. */
function evaluation(values: readonly number[]): Evaluation {
  return {
    metrics: { score: values.reduce((sum, each) => sum + each, 0) / values.length },
    examples: { score: Float64Array.from(values) },
    slices: Object.fromEntries(values.map((score, at) => [`slice ${at}`, { score }])),
  };
}

function tested(test: Parameters<typeof pairedTest>[0], before: readonly number[], after: readonly number[]) {
  const asked = { metric: 'score', measured, by: 0 };
  return pairedTest(test, asked, evaluation(before), evaluation(after), async () => {});
}

/** The share of challengers, each as good as its champion, that a test calls better. */
async function better(test: 'bootstrap' | 'slices', units: number, draw: () => number): Promise<number> {
  const trials = 400;
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const values = () => Array.from({ length: units }, draw);
    const result = await tested(test, values(), values());
    if (result?.interval && result.interval[0] > 0) found += 1;
  }
  return found / trials;
}

describe('a challenger that is just as good', () => {
  const most = 1 / 40 + 3 * Math.sqrt((1 / 40) * (39 / 40) * (1 / 400));

  it.each(['bootstrap', 'slices'] as const)('is hardly ever better by %s, however few', async test => {
    for (const units of [2, 3, 5, 6, 8, 12, 50])
      expect(await better(test, units, gaussian)).toBeLessThanOrEqual(most);
  });

  it('is hardly ever better where it is right or wrong', async () => {
    for (const units of [6, 20, 100])
      expect(await better('bootstrap', units, () => Number(random() < 0.8))).toBeLessThanOrEqual(most);
  });
});

describe('a challenger that is better', () => {
  const before = Array.from({ length: 8 }, gaussian);
  const after = before.map(each => each + 1 + 0.1 * gaussian());

  it('is found in few slices, but not in too few to tell', async () => {
    expect((await tested('slices', before, after))?.interval?.[0]).toBeGreaterThan(0.5);
    expect(await tested('slices', before.slice(0, 5), after.slice(0, 5))).toBeNull();
  });

  it('is compared by examples of which each has a result', async () => {
    expect(await tested('mcnemar', before, after.slice(1))).toBeNull();
  });
});
