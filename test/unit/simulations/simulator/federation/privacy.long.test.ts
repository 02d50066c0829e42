import { simulate } from '@murmuration/simulations/federation/simulate';
import type { RunEnded } from '@murmuration/simulations/run-events/run-event';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, it } from 'vitest';

const small: GivenSettings = {
  data: { clients: 24, perClient: 10, heldOut: 50, dimensions: 4, clusters: 3 },
  model: { hidden: 4 },
  update: { weighting: 'uniform', clip: 1 },
  cohort: { goal: 4, minimum: 4 },
  evaluation: { clients: 0 },
  stop: { rounds: 6 },
};

async function run(settings: GivenSettings): Promise<RunEnded> {
  const rounds = simulate(clusters, { settings: [settings, small], workers: 1 });
  for (;;) {
    const next = await rounds.next();
    if (next.done) return next.value;
  }
}

describe('a run under a privacy budget', () => {
  it('spends it with the SDK’s own devices, and has weights of its own for each seed', async () => {
    const privacy = { epsilon: 3, delta: 1e-4 };
    const [noisy, again, plain] = [await run({ privacy }), await run({ privacy }), await run({})];
    expect(noisy).toMatchObject({ outcome: 'finished', figures: { rounds: 6, delta: 1e-4 } });
    expect(noisy.figures.epsilon).toBeLessThanOrEqual(3);
    expect(noisy.figures.epsilon).toBeGreaterThan(2.999);
    expect(again.weightsSha256).toBe(noisy.weightsSha256);
    expect(plain.weightsSha256).not.toBe(noisy.weightsSha256);
    expect(plain.figures.epsilon).toBeUndefined();
  });

  it('goes on with other devices where a separation keeps those of the last rounds away', async () => {
    const ended = await run({
      privacy: { epsilon: 3, separation: 3 },
      cohort: { selection: 'steered' },
      schedule: { every: '10 min' },
    });
    expect(ended).toMatchObject({ outcome: 'finished', figures: { rounds: 6 } });
    expect(ended.figures.epsilon).toBeGreaterThan(2.999);
  });

  it.each([
    [{ privacy: { epsilon: 3, rounds: 5 } }, 'privacy.rounds (5) are fewer than stop.rounds (6)'],
    [{ privacy: { epsilon: 3, separation: 2 } }, 'takes cohort.selection=steered'],
    [{ privacy: { epsilon: 3 }, update: { weighting: 'examples' } }, 'privacy takes update.kind "ring"'],
  ])('is refused where it could not be: %j', async (settings, why) => {
    await expect(
      (async () => {
        for await (const _ of simulate(clusters, { settings: [small, settings], workers: 1 }));
      })(),
    ).rejects.toThrow(why);
  });
});
