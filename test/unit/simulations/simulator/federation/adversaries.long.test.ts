import { openFederation } from '@murmuration/simulations/federation/federation';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { expect, test } from 'vitest';

/** The accuracy after 12 rounds of 20 devices, a quarter of which attack on average. */
async function accuracy(strategy: object, adversaries: object): Promise<number> {
  const settings = clusters.schema.parse({
    ...clusters.defaults,
    data: { clients: 40, perClient: 30, heldOut: 400, clusters: 4, clustersPerClient: 4, noise: 1 },
    cohort: { goal: 20 },
    update: { kind: 'float32', clip: 1_000 },
    strategy,
    adversaries,
  });
  const data = await clusters.data(settings);
  const federation = await openFederation(clusters as never, settings, data, { workers: 1 });
  try {
    let last = 0;
    for (let i = 0; i < 12; i++) last = (await federation.next()).metrics!.accuracy!;
    return last;
  } finally {
    await federation.close();
  }
}

const signFlip = { share: 0.25, attack: { kind: 'sign-flip', scale: 6 } };

test('devices that flip the sign of their updates break the mean, and neither the median nor the trimmed mean', async () => {
  expect(await accuracy({ name: 'fedAvg' }, {})).toBeGreaterThan(0.9);
  expect(await accuracy({ name: 'fedAvg' }, signFlip)).toBeLessThan(0.5);
  expect(await accuracy({ name: 'median' }, signFlip)).toBeGreaterThan(0.9);
  expect(await accuracy({ name: 'trimmedMean', trim: 0.4 }, signFlip)).toBeGreaterThan(0.9);
});

test('an attack on examples needs a scenario that says how they are poisoned', async () => {
  const settings = clusters.schema.parse({ adversaries: { share: 1, attack: { kind: 'label-flip' } } });
  const data = await clusters.data(settings);
  await expect(openFederation(clusters as never, settings, data)).rejects.toMatchObject({
    code: 'config.invalid',
  });
});
