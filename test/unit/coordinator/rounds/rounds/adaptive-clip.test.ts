import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { adaptiveClip } from '@murmuration/rounds/strategy/adaptive-clip';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOfPromise } from '../../../codes.ts';
import { deviceId, type Federation, layout, openFederation } from '../../server/federation.ts';
import { openMaskedCohort } from './masked-cohort.ts';

const task: Partial<TaskDefinition> = {
  update: { kind: 'ring', clip: 1, bits: 16 },
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
  strategy: adaptiveClip(fedAvg(), { initial: 0.5 }),
};

/** A round in which devices learn deltas of these norms; its plan. */
async function play(federation: Federation, norms: readonly number[]): Promise<Assignment['plan']> {
  const { channel, rounds, clock, checkIn, records } = federation;
  for (const i of norms.keys()) checkIn(deviceId(i));
  await clock.advance(0);
  const own = [...channel.assignments.values()].filter(({ round }) => round === rounds.current!.terms.id);
  expect(own).toHaveLength(norms.length);
  const before = records.length;
  for (const [i, assignment] of own.entries()) {
    const contribution = { delta: Float32Array.of(norms[i]!, 0, 0, 0), examples: 9, layout };
    void rounds.current!.accept(
      assignment.assignment,
      prepareUpdate(contribution, assignment, seededRandom(i)),
    );
  }
  await clock.advance(0);
  await expect.poll(() => records.length).toBe(before + 1);
  await clock.advance(10 * 60_000);
  return own[0]!.plan;
}

describe('rounds whose clip follows a quantile', () => {
  it('UP15: have in each plan the clip that the updates before it lead to, up to that of the task', async () => {
    const federation = await openFederation({ task });
    await federation.rounds.start();
    const first = await play(federation, [0.1, 0.2, 3]);
    expect(first.update).toMatchObject({ clip: 0.5, within: true });
    const second = await play(federation, [3, 3, 3]);
    const smaller = 0.5 * Math.exp(-0.2 * (2 / 3 - 1 / 2));
    expect(second.update.clip).toBeCloseTo(smaller, 12);
    let last = await play(federation, [3, 3, 3]);
    expect(last.update.clip).toBeCloseTo(smaller * Math.exp(0.1), 12);
    for (let round = 0; round < 8; round++) last = await play(federation, [3, 3, 3]);
    expect(last.update.clip).toBe(1);
    // What the task held down does not have to be made up for.
    await play(federation, [0.1, 0.1, 0.1]);
    expect((await play(federation, [3, 3, 3])).update.clip).toBeCloseTo(Math.exp(-0.1), 12);
    await federation.rounds.stop();
    expect(federation.faults).toEqual([]);
  });

  it('go back to the clip of a version that is rolled back', async () => {
    const federation = await openFederation({ task });
    const { rounds, registry, aliases, clock, task: defined } = federation;
    await rounds.start();
    await play(federation, [3, 3, 3]);
    const { model, number } = (await registry.current(defined.name)).head.version;
    await play(federation, [3, 3, 3]);
    await aliases.change(defined.name, [
      { task: defined.name, alias: 'base', model, number, newest: 2, setAt: clock.now(), setBy: 'anna' },
    ]);
    // The round that was open trained from the version that was taken back.
    await clock.advance(10 * 60_000);
    const plan = await play(federation, [3, 3, 3]);
    expect(plan.update.clip).toBeCloseTo(0.5 * Math.exp(0.1), 12);
    await rounds.stop();
  });

  it('UP15 WC3: count under masks, in the sum alone, who was within it', async () => {
    const { federation, devices } = await openMaskedCohort({
      update: { kind: 'ring', clip: 2, bits: 12 },
      strategy: adaptiveClip(fedAvg(), { initial: 1.5, rate: 1 }),
    });
    const { rounds, registry, clock, records, task: defined } = federation;
    for (let step = 0; step < 5; step++) {
      // Where enough have agreed, or revealed, the others need not.
      for (const device of devices)
        expect(['nothing thrown', 'round.closed']).toContain(await codeOfPromise(device.step()));
      await clock.advance(0);
    }
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({ outcome: 'published', tally: { accepted: 6 } });
    const said = devices.map(({ plain }) => [...plain.values()][0]!.at(-2)!);
    const within = said.filter(value => value === 1).length;
    expect(said.every(value => value === 0 || value === 1)).toBe(true);
    expect(within).toBeGreaterThan(0);
    expect(within).toBeLessThan(6);
    const { head } = await registry.current(defined.name);
    expect(head.state.clip).toBeCloseTo(1.5 * Math.exp(-(within / 6 - 0.5)), 12);
    await rounds.stop();
  });
});
