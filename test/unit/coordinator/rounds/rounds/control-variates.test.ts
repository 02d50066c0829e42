import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { centre } from '@murmuration/protocol/secagg/ring';
import { roundControl, roundMark } from '@murmuration/protocol/weights/control';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOf } from '../../../codes.ts';
import { deviceId, type Federation, layout, openFederation, updateOf } from '../../server/federation.ts';
import { endWithoutOne, openMaskedCohort } from './masked-cohort.ts';

const update = { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' } as const;
const task: Partial<TaskDefinition> = {
  plan: { learningRate: 0.25, epochs: 2 },
  update,
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
  strategy: scaffold({ population: 12 }),
};
const deltas = [
  [0.4, 0, 0, 0],
  [0, 0.4, 0, 0],
  [0, 0, 0.4, 0],
];
const changes = [
  [0, 0, 0, 1],
  [0, 0, 1, 0],
  [0, 1, 0, 0],
];

/** The parts of three devices that have checked in to the round under way. */
async function parts({ channel, rounds, clock, checkIn }: Federation): Promise<Assignment[]> {
  for (const i of deltas.keys()) checkIn(deviceId(i));
  await clock.advance(0);
  return [...channel.assignments.values()].filter(({ round }) => round === rounds.current!.terms.id);
}

/** A round in which each device learns what is its own; its plan. */
async function play(federation: Federation, seed: number): Promise<Assignment['plan']> {
  const own = await parts(federation);
  expect(own).toHaveLength(3);
  for (const [i, assignment] of own.entries()) {
    const { plan, round } = assignment;
    const random = seededRandom(seed + i);
    const settings = { ...quantizationOf(plan), control: plan.control!.clip };
    const control = roundControl(Float32Array.from(changes[i]!), settings, round, random);
    const contribution = { delta: Float32Array.from(deltas[i]!), examples: 9, layout, control };
    void federation.rounds.current!.accept(
      assignment.assignment,
      prepareUpdate(contribution, assignment, random),
    );
  }
  await federation.clock.advance(0);
  return own[0]!.plan;
}

const near = (expected: readonly number[], digits = 3) =>
  expected.map(value => expect.closeTo(value, digits));

describe('rounds in which devices correct their steps', () => {
  it('RD21: hand c down with the version, and add |S| / N of the mean change to it', async () => {
    const federation = await openFederation({ task });
    const { rounds, registry, task: defined, records } = federation;
    await rounds.start();
    const first = await play(federation, 1);
    const zeros = new Uint8Array(4 * layout.count);
    expect(first.control).toEqual({ file: contentHash(zeros), clip: 2, rounds: [] });
    expect(await registry.blob(first.control!.file)).toEqual(zeros);
    expect(await registry.filesOf(first.model)).toContain(first.control!.file);
    await expect.poll(() => records.length).toBe(1);
    const { files, head } = await registry.current(defined.name);
    const third = 0.4 / 3;
    expect([...files.weights]).toEqual(near([third, third, third, 0]));
    const c = head.state.control as Float32Array;
    // 3 / 12 of the mean.
    expect([...c]).toEqual(near([0, 1 / 12, 1 / 12, 1 / 12]));
    await federation.clock.advance(10 * 60_000);
    const second = await play(federation, 9);
    const bytes = new Uint8Array(c.slice().buffer);
    expect(second.control).toEqual({
      file: contentHash(bytes),
      clip: 2,
      origin: roundMark(records[0]!.round),
      rounds: [1],
    });
    expect(await registry.blob(second.control!.file)).toEqual(bytes);
    await expect.poll(() => records.length).toBe(2);
    await rounds.stop();
  });

  it('RD21: take c back with a version that is rolled back, and name the rounds that are in it still', async () => {
    const federation = await openFederation({ task });
    const { rounds, registry, task: defined, records, aliases, clock } = federation;
    await rounds.start();
    await play(federation, 1);
    await expect.poll(() => records.length).toBe(1);
    const kept = (await registry.current(defined.name)).head;
    await clock.advance(10 * 60_000);
    await play(federation, 9);
    await expect.poll(() => records.length).toBe(2);
    const { model, number } = kept.version;
    await aliases.change(defined.name, [
      { task: defined.name, alias: 'base', model, number, newest: 2, setAt: clock.now(), setBy: 'anna' },
    ]);
    await clock.advance(10 * 60_000);
    const [part] = await parts(federation);
    expect(part!.plan.model).toBe(kept.version.model);
    expect(part!.plan.control).toMatchObject({
      file: contentHash(new Uint8Array((kept.state.control as Float32Array).slice().buffer)),
      rounds: [1],
    });
    await rounds.stop();
  });

  it('refuse half an update, and one that is twice as long where steps are not corrected', async () => {
    const federation = await openFederation({ task });
    await federation.rounds.start();
    const [part] = await parts(federation);
    const driver = federation.rounds.current!;
    const { control: _, ...plain } = part!.plan;
    const half = prepareUpdate(
      { delta: Float32Array.from(deltas[0]!), examples: 9, layout },
      { ...part!, plan: plain },
      seededRandom(1),
    );
    await expect(driver.accept(part!.assignment, half)).rejects.toMatchObject({
      code: 'update.wrong-length',
    });
    await expect(driver.accept(part!.assignment, updateOf([1, 0, 0, 0]))).rejects.toMatchObject({
      code: 'update.wrong-kind',
    });
    const contribution = { delta: Float32Array.from(deltas[0]!), examples: 9, layout };
    expect(codeOf(() => prepareUpdate(contribution, part!, seededRandom(1)))).toBe('training.unsupported');
    const control = new Float32Array(4);
    expect(
      codeOf(() => prepareUpdate({ ...contribution, control }, { ...part!, plan: plain }, seededRandom(1))),
    ).toBe('training.unsupported');
    expect(driver.updateLength).toBe(
      48 + Math.ceil((9 * quantizationFor(4, quantizationOf(part!.plan)).width) / 8),
    );
    await federation.rounds.stop();
  });

  it('RD21: give c to devices after a restart in the middle of a round', async () => {
    const store = new MemoryRounds();
    const before = await openFederation({ task, store });
    await before.rounds.start();
    const [part] = await parts(before);
    await before.rounds.suspend();
    const after = await openFederation({ task, seed: 2 });
    const { model, control } = part!.plan;
    expect(await after.registry.filesOf(model)).toHaveLength(1);
    await after.rounds.resume(await store.underWay());
    expect((await after.registry.filesOf(model)).slice(1)).toEqual([control!.file]);
    await after.rounds.suspend();
  });

  it('RD21: add up both under masks, whoever is lost', async () => {
    const cohort = await openMaskedCohort({
      update: { ...update, clip: 2, bits: 12 },
      strategy: scaffold({ population: 20, controlClip: 1 }),
    });
    const { federation, devices } = cohort;
    const { rounds, registry, records, task: defined } = federation;
    await endWithoutOne(cohort);
    const counted = devices.filter(({ acknowledged }) => acknowledged.size > 0);
    expect(counted).toHaveLength(5);
    const plan = counted[0]!.part?.plan ?? federation.channel.assignments.get(counted[0]!.id)!.plan;
    const settings = quantizationOf(plan);
    const quantization = quantizationFor(layout.count, settings);
    const sum = new Int32Array(quantization.elements);
    for (const { plain } of counted)
      for (const elements of plain.values()) for (const [i, value] of elements.entries()) sum[i]! += value;
    const mean = meanOfSum(centre(sum, 32), 5, settings, quantization, records[0]!.round);
    const { files, head } = await registry.current(defined.name);
    expect(files.weights).toEqual(mean.delta);
    expect(head.state.control).toEqual(mean.control!.map(value => Math.fround(0.25 * value)));
    await rounds.stop();
  });
});
