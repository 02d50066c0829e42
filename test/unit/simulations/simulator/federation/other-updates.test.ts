import { simulate } from '@murmuration/simulations/federation/simulate';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { expect, it } from 'vitest';

const scaffold = {
  update: { weighting: 'uniform' },
  strategy: { name: 'scaffold', population: 24 },
} as const;
const some = (kind: 'topK' | 'randomMask') => ({ update: { compression: { kind, fraction: 0.3 } } }) as const;

it.each([
  ['correct their steps', scaffold, false],
  ['correct their steps', scaffold, true],
  ['send their largest values', some('topK'), false],
  ['send the values that the round draws', some('randomMask'), true],
])('makes versions of devices that %s', async (_, change, enabled) => {
  const settings = {
    data: { clients: 24, perClient: 10, heldOut: 50, dimensions: 4, clusters: 3 },
    model: { hidden: 4 },
    masking: { enabled },
    cohort: { goal: 8, minimum: 6 },
    evaluation: { clients: 0 },
    stop: { rounds: 2 },
    ...change,
    update: { clip: 1, bits: 10, ...change.update },
  } as const;
  const outcomes: string[] = [];
  const events = simulate(clusters, { settings: [settings], workers: 1 });
  for (;;) {
    const { done, value } = await events.next();
    if (done) break;
    if (value.type === 'round-ended') outcomes.push(value.outcome);
  }
  expect(outcomes).toEqual(['published', 'published']);
});
