import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { centre, packRing, unpackRing } from '@murmuration/protocol/secagg/ring';
import { decodeUpdate, encodeUpdate } from '@murmuration/protocol/weights/codec';
import {
  type Mean,
  meanOfSum,
  quantizationFor,
  quantizationOf,
} from '@murmuration/protocol/weights/quantize';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { groupOf } from '@murmuration/rounds/round/groups';
import type { CollectingState } from '@murmuration/rounds/round/round';
import { RoundExecution } from '@murmuration/rounds/rounds/round-execution';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Federation, layout, openFederation } from '../../server/federation.ts';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const count = 16;
let store: MemoryRounds;
let federation: Federation;
let devices: MaskedDevice[];
/** The devices of each group, as the coordinator dealt them. */
let groups: MaskedDevice[][];

/** Four groups of four, each of which a loss of one leaves large enough; one group may fail. */
const task = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, groups: 4, smallestGroup: 3 },
  strategy: inGroups(median()),
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: count, minimum: 12, overSelection: 1 },
  deadlines: maskedDeadlines,
  schedule: { every: '1 h' },
} as Partial<TaskDefinition>;

beforeEach(async () => {
  store = new MemoryRounds();
  federation = await openFederation({ task, store });
  devices = Array.from({ length: count }, (_, index) => new MaskedDevice(federation, index));
  await federation.rounds.start();
  await federation.clock.advance(0);
  for (const { id } of devices) federation.checkIn(id);
  await federation.clock.advance(0);
  await step(1);
  expect(phase()).toBe('shares');
  const { members } = (federation.rounds.current!.state as CollectingState).cohort;
  groups = [[], [], [], []];
  for (const member of members)
    groups[groupOf(member)]!.push(devices.find(({ id }) => id === member.device)!);
});
afterEach(() => federation.rounds.stop());

const phase = () => federation.rounds.current!.state.phase;
const heard = ({ id }: MaskedDevice) => (federation.channel.inputs.get(id) ?? []).map(({ event }) => event);
const inputOf = ({ id }: MaskedDevice, event: string) =>
  federation.channel.inputs.get(id)!.findLast(each => each.event === event)!.input.message;

/** Everybody of `some` does its next step, so many times. */
async function step(times: number, some: readonly MaskedDevice[] = devices): Promise<void> {
  for (let time = 0; time < times; time++) for (const each of some) await each.step().catch(() => {});
  await federation.clock.advance(0);
}

const without = (...groupsLost: number[]) =>
  groups.flatMap((group, number) => (groupsLost.includes(number) ? [] : group));

/** The mean of a group, from what its devices sent before they masked it. */
function meanOf(group: readonly MaskedDevice[]): Mean {
  const plain = group.map(device => device.plain.get(device.part?.assignment ?? assignmentOf(device))!);
  const { terms } = federation.rounds.current!;
  const quantization = quantizationFor(layout.count, quantizationOf(terms.plan));
  const sum = new Int32Array(quantization.elements);
  for (const each of plain) for (const [i, value] of each.entries()) sum[i] = sum[i]! + value;
  const settings = quantizationOf(terms.plan);
  return meanOfSum(centre(sum, quantization.width), group.length, settings, quantization, terms.id);
}

const assignmentOf = ({ id }: MaskedDevice): AssignmentId =>
  federation.channel.assignments.get(id)!.assignment;

/** What the rule makes of the groups' means is the version, bit for bit. */
async function expectVersionOf(some: readonly (readonly MaskedDevice[])[]): Promise<void> {
  const { head, files } = await federation.registry.current(federation.task.name);
  const means = some.map(meanOf);
  const expected = median().apply({}, new Float32Array(layout.count), means);
  expect([...files.weights]).toEqual([...expected.model]);
  expect(head.version).toMatchObject({ strategy: 'groups.median', contributors: some.flat().length });
}

describe('a masked cohort in groups', () => {
  it('GR1 GR2: is dealt evenly, and each device hears of its own group alone', async () => {
    expect(groups.map(group => group.length)).toEqual([4, 4, 4, 4]);
    const { plan } = federation.rounds.current!.terms;
    expect(plan.largestCohort).toBe(4);
    // Those that devices know: nothing of a plan says that there are groups.
    expect(Object.keys(plan.masking!).sort()).toEqual(['corrupt', 'dropping', 'graph', 'threat']);
    await step(2);
    for (const group of groups) {
      // Flags of four devices, twice: who dealt, and whose update counts.
      const statements = group.map(device => inputOf(device, 'survivors'));
      expect(statements.map(statement => [...statement])).toEqual(statements.map(() => [0b1111, 0b1111]));
    }
  });

  it('leads to what the rule makes of the means of the groups, with a figure of each', async () => {
    await step(4);
    const [record] = federation.records;
    expect(record).toMatchObject({
      outcome: 'published',
      tally: { cohort: count, accepted: count, lost: 0 },
    });
    await expectVersionOf(groups);
    expect(record!.groups).toHaveLength(4);
    for (const [number, figures] of record!.groups!.entries()) {
      const { delta } = meanOf(groups[number]!);
      expect(figures).toMatchObject({ devices: 4, contributors: 4, failure: null });
      expect(figures.norm).toBeCloseTo(Math.hypot(...delta), 5);
      expect(figures.distance).toBeGreaterThan(0);
    }
  });

  it('GR3: goes on without a group of which too few sent updates', async () => {
    await step(1);
    await step(1, [...without(2), ...groups[2]!.slice(0, 2)]);
    await federation.clock.advance(120_000);
    expect(phase()).toBe('agreement');
    for (const device of groups[2]!) expect(heard(device)).not.toContain('survivors');
    await step(2, without(2));
    const [record] = federation.records;
    expect(record).toMatchObject({
      outcome: 'published',
      tally: { cohort: count, accepted: 12, late: 2, lost: 2 },
    });
    expect(record!.groups![2]).toMatchObject({
      devices: 4,
      contributors: 2,
      norm: null,
      distance: null,
      failure: expect.stringMatching(/Updates of 2 devices came; a group takes 3/),
    });
    await expectVersionOf([groups[0]!, groups[1]!, groups[3]!]);
  });

  it('GR3: goes on without a group that did not agree, and lets it go', async () => {
    await step(2);
    expect(phase()).toBe('agreement');
    await step(1, without(1));
    expect(phase()).toBe('agreement');
    await federation.clock.advance(180_000);
    expect(phase()).toBe('unmasking');
    for (const device of groups[1]!) expect(heard(device)).not.toContain('agreed');
    await step(1, without(1));
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 12, lost: 4 } }]);
    const released = federation.channel.ends.filter(({ end }) => end.outcome === 'closed');
    expect(released.map(({ device }) => device).sort()).toEqual(groups[1]!.map(({ id }) => id).sort());
    await expectVersionOf([groups[0]!, groups[2]!, groups[3]!]);
  });

  it('GR3: goes on without a group of which too few revealed', async () => {
    await step(3);
    expect(phase()).toBe('unmasking');
    await step(1, [...without(3), groups[3]![0]!]);
    expect(federation.records).toEqual([]);
    await federation.clock.advance(400_000);
    const [record] = federation.records;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 12, lost: 4 } });
    expect(record!.groups![3]).toMatchObject({ contributors: 4, norm: null, failure: expect.any(String) });
    await expectVersionOf(groups.slice(0, 3));
  });

  it('GR3: does not wait for devices that are away where the other groups are enough', async () => {
    await step(3);
    for (const { id } of groups[3]!) federation.disconnect(id);
    await step(1, without(3));
    await federation.clock.advance(2_000);
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 12 } }]);
  });

  it('GR3: fails where more groups are lost than the minimum of the round allows', async () => {
    await step(2);
    await step(1, without(1, 2));
    await federation.clock.advance(400_000);
    expect(federation.records).toMatchObject([
      {
        outcome: 'failed',
        failure: {
          during: 'agreement',
          reason: 'Groups with 8 contributors agreed to whose updates count; at least 12 are needed.',
        },
      },
    ]);
    expect(federation.records[0]).not.toHaveProperty('groups');
  });

  it('GR4: leaves out the one group whose sum nobody could have sent within the clip', async () => {
    await step(1);
    const [liar, ...others] = [...groups[1]!, ...without(1)] as [MaskedDevice, ...MaskedDevice[]];
    await step(1, others);
    const message = liar.prepare();
    const quantization = quantizationFor(layout.count, quantizationOf(federation.rounds.current!.terms.plan));
    const { elements, width } = quantization;
    const form = { kind: 'ring', layoutHash: layout.hash, count: elements, width } as const;
    const update = decodeUpdate(message.bytes, form);
    if (update.kind !== 'ring') throw new Error('A masked update is of the ring.');
    const values = unpackRing(update.packed, elements, width);
    for (let i = 0; i < layout.count; i++) values[i] = values[i]! + 5 * quantization.largest;
    await liar.send({
      ...message,
      bytes: encodeUpdate(layout.hash, elements, { kind: 'ring', packed: packRing(values, width) }, width),
    });
    await federation.clock.advance(0);
    await step(2);
    const [record] = federation.records;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 12, lost: 4 } });
    expect(record!.groups![1]!.failure).toMatch(/beyond|longer|length|norm/);
    expect(record!.errors['update.impossible']).toBe(1);
    await expectVersionOf([groups[0]!, groups[2]!, groups[3]!]);
  });

  it('follows from what is durable alone, whenever a coordinator goes on with it', async () => {
    for (const expected of ['shares', 'updates', 'agreement', 'unmasking']) {
      expect(phase()).toBe(expected);
      // Some have gone ahead.
      await step(1, devices.slice(0, 7));
      const [saved] = await store.underWay();
      const { terms, checkpoint } = saved!;
      const aggregate = aggregateFor('groups', terms.plan, layout, terms.id, terms);
      if (checkpoint && aggregate.consumes === 'groups') aggregate.restore(checkpoint.sum);
      const { clock } = federation;
      const [moments, conduct] = [{ convicted: () => {} }, { follow: () => {}, spoil: () => {} }];
      const events = new CoordinatorEvents();
      const ports = { store: undefined, clock, moments, conduct, events, primitives: native };
      const again = new RoundExecution(terms, aggregate, ports, saved!);
      again.masked?.offer(() => {});
      const now = federation.rounds.current!.state as CollectingState;
      expect(again.state).toEqual(now);
      const event = { updates: 'bundle', agreement: 'survivors', unmasking: 'survivors' }[expected];
      if (event)
        for (const device of devices.slice(7)) {
          if (expected === 'unmasking') continue;
          const given = again.masked!.feed!.inputs.get(assignmentOf(device))!;
          expect(equalBytes(given, inputOf(device, event))).toBe(true);
        }
      await step(1, devices.slice(7));
    }
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: count } }]);
  });
});
