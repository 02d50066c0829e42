import { testCoordinator } from '@murmuration/client-sdk/testing';
import { expect, test } from 'vitest';
import { serving, stepping, steppingSequences, TableInference, TableTrainer } from '../hybrid/scene.ts';
import { namedStorage } from '../named-storage.ts';

const kept = [
  'identity',
  'device',
  'shape.steps',
  'model.steps',
  'hybrid.steps.global',
  'draw-secret',
  'contributions.steps',
] as const;

/** A device that has taken part once, and is off; `start` puts it on again. */
async function scene() {
  const { storage, names } = namedStorage();
  const coordinator = await testCoordinator({
    tasks: { steps: { model: stepping(1), cohort: 4, masking: { threat: 'honest-but-curious' } } },
  });
  const start = async () => {
    const client = coordinator.client({
      storage,
      floors: {
        smallestCohort: 3,
        smallestSum: 3,
        masking: 'honest-but-curious',
        contributions: { day: 100 },
      },
      tasks: {
        steps: {
          examples: () => steppingSequences(1, 40),
          trainer: new TableTrainer(),
          hybrid: { serving, inference: new TableInference(), margin: Number.POSITIVE_INFINITY },
        },
      },
    });
    await client.start();
    return client;
  };
  const client = await start();
  expect((await coordinator.round()).outcome).toBe('counted');
  await client.stop();
  return { coordinator, storage, names, start };
}

test('a device keeps these entries', async () => {
  const { names } = await scene();
  expect([...names].sort()).toEqual([...kept].sort());
});

/** Puts the device on, and expects that it takes part once more, whatever happened to its storage. */
async function expectOnce({ coordinator, start }: Awaited<ReturnType<typeof scene>>, enrolments: number) {
  coordinator.received.length = 0;
  const client = await start();
  const { outcome, errors } = await coordinator.round();
  expect(outcome).toBe('counted');
  // Told, and made again from what there is.
  expect(errors.filter(({ code }) => code !== 'hybrid.damaged')).toEqual([]);
  const asked = (event: string) => coordinator.received.filter(([each]) => each === event).length;
  expect(asked('enrol')).toBe(enrolments);
  for (const event of ['check-in', 'keys', 'shares', 'reveal'])
    expect([event, asked(event)]).toEqual([event, 1]);
  expect((await client.hybrid('steps').predict([1])).model).toBeDefined();
  await client.stop();
}

const tellsWho = (name: string) => name === 'identity' || name === 'device';

test.each(kept)(
  'a device that has lost its entry %s takes part again, once in a round, and predicts',
  async name => {
    const world = await scene();
    await world.storage.delete(name);
    await expectOnce(world, tellsWho(name) ? 1 : 0);
  },
);

test.each(kept)(
  'a device whose entry %s is damaged takes part again, once in a round, and predicts',
  async name => {
    for (const length of [0, 22, 32, 40]) {
      const world = await scene();
      await world.storage.put(
        name,
        Uint8Array.from({ length }, (_, at) => (at * 37) % 256),
      );
      await expectOnce(world, tellsWho(name) ? 1 : 0);
    }
  },
);
