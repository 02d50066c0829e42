import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { ExactnessAudit } from '@murmuration/demo/exactness/audit';
import type { PlainUpdate } from '@murmuration/demo/exactness/plain-update';
import { UpdateRecorder } from '@murmuration/demo/exactness/recorder';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { packRing, unpackRing } from '@murmuration/protocol/secagg/ring';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { median } from '@murmuration/rounds/strategy/median';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { deviceId, layout, openFederation } from '../../coordinator/server/federation.ts';

/** Learns a vector that is longer than the plan allows every second time, so that it is clipped. */
function trainerOf(phone: number): Trainer {
  const random = seededRandom(phone);
  return {
    async train() {
      const bytes = random(layout.count);
      return {
        delta: Float32Array.from(bytes, byte => (byte - 127) / (phone % 2 ? 10 : 1_000)),
        examples: 1_000 * (phone + 1),
        metrics: {},
      };
    },
    async close() {},
  };
}

const update = { kind: 'ring', clip: 1, bits: 8, weightCap: 4 } as const;

/** Three rounds of four phones, three of whom a round waits for; what the audit hears of their updates passes `tamper`. */
async function audited(
  tamper: (update: PlainUpdate, phone: number, round: number) => PlainUpdate | undefined = update => update,
  strategy: TaskDefinition['strategy'] = fedAvgM(),
  isStranger: (device: DeviceId, round: number) => boolean = () => false,
  since = 0,
) {
  const federation = await openFederation({
    task: {
      strategy,
      cohort: { goal: 3, minimum: 3, overSelection: 1.34 },
      update,
    } as Partial<TaskDefinition>,
  });
  const { task, rounds, clock, channel, events, registry } = federation;
  const differing: number[] = [];
  const { files } = await registry.current(task.name);
  const audit = new ExactnessAudit(task, { model: files }, ({ number }) => differing.push(number), {
    isStranger: device => isStranger(device, rounds.current!.terms.number),
    since,
  });
  events.on('round', state => audit.observe(state));
  events.on('round-ended', record => audit.ended(record));
  const phones = Array.from({ length: 4 }, (_, phone) => {
    const recorder = new UpdateRecorder(
      { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
      update => {
        const heard = tamper(update, phone, rounds.current!.terms.number);
        if (heard) audit.take(heard);
      },
    );
    const uploading: Partial<Transport> = {
      async upload(_path, _rights, bytes) {
        const { assignment } = channel.assignments.get(deviceId(phone))!;
        await rounds.current!.accept(assignment, bytes);
      },
    };
    return {
      trainer: recorder.trainer(trainerOf(phone)),
      random: recorder.random(seededRandom(phone + 100)),
      transport: recorder.transport(uploading as Transport),
    };
  });
  await rounds.start();
  for (let round = 0; round < 3; round++) {
    for (let phone = 0; phone < 5; phone++) federation.checkIn(deviceId(phone));
    await clock.advance(0);
    for (const [phone, { trainer, random, transport }] of phones.entries()) {
      const assignment = channel.assignments.get(deviceId(phone));
      if (!assignment || assignment.round !== rounds.current!.terms.id) continue;
      random(5);
      const { signal } = new AbortController();
      const learned = await trainer.train(files, task.training, [], signal, () => {});
      const update = prepareUpdate({ ...learned, layout }, assignment as Assignment, random);
      const path = updatePath(assignment.round, assignment.assignment);
      // Sent a second time, as after an answer that was lost; the fourth comes too late.
      for (let time = 0; time < 2; time++)
        await transport.upload(path, { token: assignment.token }, update, signal).catch(() => {});
    }
    await clock.advance(0);
  }
  await rounds.stop();
  const published = federation.records.filter(({ outcome }) => outcome === 'published').length;
  expect(published).toBe(3);
  expect(federation.faults).toEqual([]);
  return { figures: audit.figures, unknown: audit.unknown, differing };
}

/** One more in the element of that number; the last one is the weight. */
function offByOne({ assignment, packed }: PlainUpdate, element: number): PlainUpdate {
  const { width, elements } = quantizationFor(layout.count, { ...update, largestCohort: 4 });
  const values = unpackRing(packed, elements, width);
  return { assignment, packed: packRing(values.with(element, values[element]! + 1), width) };
}

describe('the exactness audit', () => {
  it.each([
    ['sums', fedAvgM()],
    ['single updates', median()],
  ] as const)(
    'finds every version of %s to be what the phones sent, those that came too late left out',
    async (_, strategy) => {
      const { figures, differing } = await audited(update => update, strategy as TaskDefinition['strategy']);
      expect(figures).toEqual({ sumsChecked: 3, sumsExact: 3, sumsUnchecked: 0 });
      expect(differing).toEqual([]);
    },
  );

  it.each([
    ['an update is missing', () => undefined],
    ['an update is off by one in one value', (update: PlainUpdate) => offByOne(update, 2)],
    ['an update has another weight', (update: PlainUpdate) => offByOne(update, layout.count)],
    ['two phones are confused', (update: PlainUpdate) => ({ ...update, assignment: 'another' })],
  ] as const)('notices that %s, and checks no more', async (_, change) => {
    const { figures, differing } = await audited((update, phone, round) =>
      phone === 1 && round === 2 ? change(update) : update,
    );
    expect(figures).toEqual({ sumsChecked: 2, sumsExact: 1, sumsUnchecked: 0 });
    expect(differing).toEqual([2]);
  });

  it('leaves out rounds from the first one on to which a stranger contributed', async () => {
    const { figures, unknown, differing } = await audited(
      (update, phone, round) => (phone === 1 && round === 2 ? undefined : update),
      fedAvgM(),
      (device, round) => device === deviceId(1) && round === 2,
    );
    expect(figures).toEqual({ sumsChecked: 1, sumsExact: 1, sumsUnchecked: 2 });
    expect(unknown).toBe('stranger');
    expect(differing).toEqual([]);
  });

  it('leaves out all rounds where one began before there was an audit, and says that nobody visited', async () => {
    const { figures, unknown, differing } = await audited(
      () => undefined,
      fedAvgM(),
      () => false,
      Number.MAX_SAFE_INTEGER,
    );
    expect(figures).toEqual({ sumsChecked: 0, sumsExact: 0, sumsUnchecked: 3 });
    expect(unknown).toBe('earlier');
    expect(differing).toEqual([]);
  });
});
