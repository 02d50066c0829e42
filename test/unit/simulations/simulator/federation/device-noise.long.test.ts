import { simulate } from '@murmuration/simulations/federation/simulate';
import type { RunEnded } from '@murmuration/simulations/run-events/run-event';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, it } from 'vitest';

const small: GivenSettings = {
  data: { clients: 24, perClient: 10, heldOut: 50, dimensions: 4, clusters: 3 },
  model: { hidden: 4 },
  update: { weighting: 'uniform', clip: 1, bits: 10 },
  masking: { enabled: true },
  cohort: { goal: 8, minimum: 6 },
  evaluation: { clients: 0 },
  stop: { rounds: 3 },
};

async function run(settings: GivenSettings): Promise<RunEnded> {
  const rounds = simulate(clusters, { settings: [small, settings], workers: 1 });
  for (;;) {
    const next = await rounds.next();
    if (next.done) return next.value;
  }
}

describe('a masked run whose devices add the noise', () => {
  it.each(['skellam', 'discreteGaussian'] as const)(
    'spends no more than its budget, and less where more devices were counted: %s',
    async noise => {
      const ended = await run({ privacy: { epsilon: 3, delta: 1e-4, noise } });
      expect(ended).toMatchObject({ outcome: 'finished', figures: { rounds: 3, delta: 1e-4 } });
      expect(ended.figures.epsilon).toBeLessThan(3);
      expect(ended.figures.epsilon).toBeGreaterThan(1.5);
    },
  );
});
