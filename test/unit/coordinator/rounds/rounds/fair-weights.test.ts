import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, type Federation, layout, openFederation } from '../../server/federation.ts';

const task: Partial<TaskDefinition> = {
  plan: { learningRate: 0.2 },
  update: { kind: 'ring', clip: 1, bits: 16 },
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
  strategy: qFedAvg({ q: 1 }),
};
const losses = [4, 1, 0.25];
const deltas = [
  [0.4, 0, 0, 0],
  [0, 0.4, 0, 0],
  [0, 0, 0.4, 0],
];

/** A round in which each device learns what is its own; its plan. */
async function play(
  { channel, rounds, clock, checkIn }: Federation,
  seed: number,
): Promise<Assignment['plan']> {
  for (const i of losses.keys()) checkIn(deviceId(i));
  await clock.advance(0);
  const { current } = rounds;
  const own = [...channel.assignments.values()].filter(({ round }) => round === current!.terms.id);
  expect(own).toHaveLength(3);
  for (const [i, assignment] of own.entries()) {
    const contribution = { delta: Float32Array.from(deltas[i]!), examples: 9, loss: losses[i]!, layout };
    void current!.accept(
      assignment.assignment,
      prepareUpdate(contribution, assignment, seededRandom(seed + i)),
    );
  }
  await clock.advance(0);
  return own[0]!.plan;
}

describe('rounds in which devices weigh updates by their losses', () => {
  it('RD20: make versions by Σ F^q d / Σ h, each in the unit that the one before measured', async () => {
    const federation = await openFederation({ task });
    await federation.rounds.start();
    const initial = (await federation.registry.current(federation.task.name)).files.weights;
    const first = await play(federation, 1);
    expect(first.training.fairness).toEqual({ q: 1, lipschitz: 5, unit: 1 / 64 });
    expect(first.update).toMatchObject({ leastWeight: 1, weightCap: 4_096 });
    expect(first).not.toHaveProperty('leastSum');
    await expect.poll(() => federation.records.length).toBe(1);
    const { files, head } = await federation.registry.current(federation.task.name);
    const demands = losses.map(loss => loss + 5 * 0.4 ** 2);
    const all = demands.reduce((sum, demand) => sum + demand, 0);
    for (const [i, loss] of losses.entries())
      expect(files.weights[i]! - initial[i]!).toBeCloseTo((loss * 0.4) / all, 2);
    expect((head.state as { scale: number }).scale).toBeCloseTo((4 + 1 + 0.25) / 3, 1);
    await federation.clock.advance(10 * 60_000);
    const second = await play(federation, 9);
    expect(second.training.fairness!.unit * 64).toBeCloseTo((4 + 1 + 0.25) / 3, 1);
    await federation.rounds.stop();
  });
});
