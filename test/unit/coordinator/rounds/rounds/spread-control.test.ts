import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { expect, it } from 'vitest';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import { openSpread } from '../../server/spread-world.ts';

const count = 24;
const task = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
  plan: { learningRate: 0.25, epochs: 2 },
  update: { kind: 'ring', clip: 2, bits: 12, weighting: 'uniform' },
  cohort: { goal: 2 * count, minimum: 9, overSelection: 1, cells: 3 },
  deadlines: maskedDeadlines,
  schedule: { every: '1 h' },
  strategy: scaffold({ population: 2 * count }),
} as Partial<TaskDefinition>;

/** A round after which the second part counts for nothing, for want of all but two of its devices in a phase, or does; what the next plan says of c. */
async function controlAfter(lostDuring: 'updates' | 'agreement' | undefined) {
  const world = await openSpread({ task, devices: count, seed: 1 });
  for (const device of world.devices) world.checkIn(device);
  const leader = await world.openLeader();
  await world.clock.advance(11_000);
  const part = world.devicesOf(2);
  for (const phase of ['keys', 'shares', 'updates', 'agreement', 'unmasking']) {
    if (phase === lostDuring) for (const device of part.slice(2)) world.lose(device);
    for (const device of world.devices) await device.step().catch(() => {});
    await world.clock.advance(0);
  }
  await world.clock.advance(400_000);
  const { head } = await world.registry.current(world.task.name);
  const { strategy } = world.task;
  if (strategy.consumes !== 'sum') throw new Error('The strategy takes a sum.');
  const told = part.filter(({ acknowledged }) => acknowledged.size > 0);
  const { rounds, values } = strategy.control!(head.state as never);
  await leader.rounds.stop();
  return {
    outcome: world.records[0]!.outcome,
    failed: world.records[0]!.parts!.filter(({ failure }) => failure !== null).length,
    told: told.length,
    isLearned: world.records[0]!.model !== null,
    rounds,
    isMoved: values.some(value => value !== 0),
  };
}

it('RD21: a round whose parts all count moves c', async () => {
  expect(await controlAfter(undefined)).toMatchObject({
    outcome: 'published',
    failed: 0,
    rounds: [1],
    isMoved: true,
  });
});

it.each(['updates', 'agreement'] as const)(
  'RD21: no device goes by a change that is not in c where its part was lost during %s: what the others sent moves the model alone',
  async phase => {
    const { told, ...after } = await controlAfter(phase);
    expect(told).toBeGreaterThanOrEqual(2);
    expect(after).toEqual({ outcome: 'published', failed: 1, isLearned: true, rounds: [], isMoved: false });
  },
);
