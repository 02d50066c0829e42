import { simulate } from '@murmuration/simulations/federation/simulate';
import clusters from '@murmuration/simulations/scenarios/clusters';
import { expect, it } from 'vitest';

it.each([true, false])('makes versions of devices that correct their steps, masked: %s', async enabled => {
  const settings = {
    data: { clients: 24, perClient: 10, heldOut: 50, dimensions: 4, clusters: 3 },
    model: { hidden: 4 },
    update: { clip: 1, bits: 10, weighting: 'uniform' },
    masking: { enabled },
    cohort: { goal: 8, minimumShare: 0.75 },
    evaluation: { clients: 0 },
    stop: { rounds: 3 },
    strategy: { name: 'scaffold', population: 24 },
  } as const;
  const rounds = simulate(clusters, { settings: [settings], workers: 1 });
  for (;;) {
    const { done, value } = await rounds.next();
    if (!done) continue;
    expect(value).toMatchObject({ outcome: 'finished', figures: { rounds: 3 } });
    return;
  }
});
