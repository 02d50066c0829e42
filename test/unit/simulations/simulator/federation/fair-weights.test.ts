import { simulate } from '@murmuration/simulations/federation/simulate';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { expect, it } from 'vitest';

it('makes versions of masked updates that devices weigh by the losses of their trainer', async () => {
  const settings = {
    data: { clients: 24, perClient: 10, heldOut: 50, dimensions: 4, clusters: 3 },
    model: { hidden: 4 },
    update: { clip: 1, bits: 10, weightCap: 4_096 },
    masking: { enabled: true },
    cohort: { goal: 8, minimum: 6 },
    evaluation: { clients: 0 },
    stop: { rounds: 2 },
    strategy: { name: 'qFedAvg', q: 2 },
  } as const;
  const rounds = simulate(clusters, { settings: [settings], workers: 1 });
  for (;;) {
    const { done, value } = await rounds.next();
    if (!done) continue;
    expect(value).toMatchObject({ outcome: 'finished', figures: { rounds: 2 } });
    return;
  }
});
