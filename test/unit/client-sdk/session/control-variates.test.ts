import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { Plan, PlanControl } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { roundMark } from '@murmuration/protocol/weights/control';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf, layout, MemoryCoordinator } from '../memory-coordinator.ts';

const update = { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform', weightCap: 1 } as const;
const c = Float32Array.from({ length: 8 }, (_, i) => i / 10);
const origin = roundMark('r1'.padEnd(22, '_') as RoundId);

/** Says what it was told to add to gradients, and that they were `gradient` without it. */
class CorrectedTrainer implements Trainer {
  readonly corrections: (Float32Array | undefined)[] = [];
  gradient: readonly number[] | undefined;

  async train(_model: unknown, { correction }: LocalSettings) {
    this.corrections.push(correction?.slice());
    return {
      delta: new Float32Array(8).fill(-0.1),
      examples: 50,
      metrics: {},
      ...(this.gradient && { gradient: Float32Array.from(this.gradient) }),
    };
  }

  async close() {}
}

interface Scene {
  readonly storage: Storage;
  readonly number?: number;
  readonly control?: Partial<PlanControl>;
  readonly plan?: Partial<Plan>;
  readonly gradient?: readonly number[] | undefined;
  /** What becomes of the upload. */
  readonly take?: () => Promise<void>;
  /** The bytes that the coordinator gives for c. */
  readonly file?: Uint8Array;
}

/** One round of a device that was started anew: what it corrected its steps by, and the changes that it sent. */
async function round({ storage, number = 1, control, plan, gradient, take, file }: Scene) {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  if (take) coordinator.take = take;
  const bytes = new Uint8Array(c.buffer);
  const hash = contentHash(bytes) as ModelHash;
  const { model } = assignmentOf(clock).plan;
  coordinator.files.set(modelPath(model).replace('model.json', `${hash}.bin`), file ?? bytes);
  const trainer = new CorrectedTrainer();
  trainer.gradient = gradient;
  const { client, errors } = deviceOn(coordinator, clock, storage, {
    keyboard: { examples: () => ['a'], trainer },
  });
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  const assignment: Assignment = {
    ...assignmentOf(clock, `r${number}`, {
      update,
      control: { file: hash, clip: 4, rounds: [], ...control },
      ...plan,
    }),
    number,
  };
  coordinator.send('assignment', assignment);
  await expect
    .poll(async () => {
      await clock.advance(0);
      return coordinator.asked.leave.length + Number((await coordinator.uploads).length > 0);
    })
    .toBeGreaterThan(0);
  await client.stop();
  return {
    trainer,
    errors,
    client,
    coordinator,
    changes: coordinator.uploads.map(({ bytes }) => readBack(bytes, assignment)),
  };
}

/** What a coordinator makes of an update, were it alone. */
function readBack(bytes: Uint8Array, { plan, round }: Assignment) {
  const sum = new RingSum(layout, quantizationOf(plan), round);
  sum.add(bytes);
  return sum.mean();
}

const gradient = Array.from({ length: 8 }, (_, i) => Math.cos(i));
const near = (expected: ArrayLike<number>, digits = 3) =>
  Array.from(expected, value => expect.closeTo(value, digits));

describe('a device whose steps are corrected', () => {
  it('RD21: begins with nothing of its own, and sends the change beside its update', async () => {
    const { trainer, changes, errors } = await round({ storage: memoryStorage(), gradient });
    expect(errors).toEqual([]);
    expect(trainer.corrections).toEqual([c]);
    expect([...changes[0]!.delta]).toEqual(near(new Array(8).fill(-0.1)));
    expect([...changes[0]!.control!]).toEqual(near(gradient));
    expect(changes[0]!.weight).toBe(1);
  });

  it('RD21: keeps its own over restarts, as the coordinator has it to the last bit of the ring', async () => {
    const storage = memoryStorage();
    const bits = { update: { ...update, bits: 4 } };
    const first = await round({ storage, gradient, plan: bits });
    const sent = first.changes[0]!.control!;
    // Four bits are coarse: it keeps what it sent, and not what it meant.
    expect(Math.max(...sent.map((value, i) => Math.abs(value - gradient[i]!)))).toBeGreaterThan(0.01);
    const second = await round({
      storage,
      number: 2,
      control: { origin, rounds: [1] },
      gradient,
      plan: bits,
    });
    expect([...second.trainer.corrections[0]!]).toEqual(
      near(
        c.map((value, i) => value - sent[i]!),
        5,
      ),
    );
    // What rounding took the first time is made good by the second.
    const meant = gradient.map((value, i) => value - sent[i]!);
    const left = meant.map((value, i) => Math.abs(value - second.changes[0]!.control![i]!));
    expect(Math.max(...left)).toBeLessThan(8 / 7);
  });

  it.each<[string, Partial<PlanControl>, boolean]>([
    ['a round that has failed, or was rolled back', { origin, rounds: [7, 6] }, false],
    ['a task that began anew', { origin: origin + 1, rounds: [1] }, false],
    ['a task in which nothing counts yet', { rounds: [] }, false],
    [
      'a round that the plan is too short to name',
      { origin, rounds: Array.from({ length: 64 }, (_, i) => i + 2) },
      true,
    ],
    ['a round that counts', { origin, rounds: [8, 1] }, true],
  ])('RD21: goes by the plan about %s', async (_, control, holds) => {
    const storage = memoryStorage();
    await round({ storage, gradient });
    const { trainer } = await round({ storage, number: 99, control, gradient });
    expect([...trainer.corrections[0]!]).toEqual(near(holds ? c.map((value, i) => value - gradient[i]!) : c));
  });

  it('RD21: goes back to what it had before a round that led to nothing', async () => {
    const storage = memoryStorage();
    await round({ storage, gradient });
    const other = gradient.map(value => value / 2);
    await round({ storage, number: 2, control: { origin, rounds: [1] }, gradient: other });
    const kept = await round({ storage, number: 3, control: { origin, rounds: [2, 1] }, gradient });
    expect([...kept.trainer.corrections[0]!]).toEqual(near(c.map((value, i) => value - other[i]!)));
    const rolledBack = await round({ storage, number: 4, control: { origin, rounds: [2, 1] }, gradient });
    expect([...rolledBack.trainer.corrections[0]!]).toEqual(near(c.map((value, i) => value - other[i]!)));
  });

  it('RD21: does not go by an update that was refused', async () => {
    const storage = memoryStorage();
    const late = await round({
      storage,
      gradient,
      take: () => Promise.reject(new MurmurationError('update.malformed')),
    });
    expect(late.errors).toEqual(['update.malformed']);
    const { trainer } = await round({ storage, number: 2, control: { origin, rounds: [1] }, gradient });
    expect(trainer.corrections).toEqual([c]);
  });

  it('begins anew where what it kept is damaged', async () => {
    const storage = memoryStorage();
    await round({ storage, gradient });
    const bytes = (await storage.get('control.keyboard'))!;
    bytes[bytes.length - 1]! ^= 1;
    await storage.put('control.keyboard', bytes);
    const { trainer } = await round({ storage, number: 2, control: { origin, rounds: [1] }, gradient });
    expect(trainer.corrections).toEqual([c]);
  });

  it('erases what it kept with everything else', async () => {
    const storage = memoryStorage();
    const { client, coordinator } = await round({ storage, gradient });
    expect(await storage.get('control.keyboard')).toBeDefined();
    const forgotten = client.forget();
    await expect.poll(() => coordinator.isOpen).toBe(true);
    coordinator.connect();
    await forgotten;
    expect(await storage.get('control.keyboard')).toBeUndefined();
  });

  it.each<[string, Partial<Scene>, string]>([
    ['another c than the plan names', { file: new Uint8Array(32) }, 'model.corrupt'],
    ['a c of another length', { file: new Uint8Array(16) }, 'model.corrupt'],
    ['a trainer that corrects nothing', { gradient: undefined }, 'training.unsupported'],
    [
      'an ε that does not count what it sends besides',
      {
        plan: {
          privacy: { budget: 'b', step: 0, separation: 1, participations: 1, epsilon: 1, delta: 1e-6 },
        },
      },
      'plan.below-floor',
    ],
    [
      'steps that lead out of all numbers',
      { gradient: [Number.NaN, ...gradient.slice(1)] },
      'training.failed',
    ],
  ])('leaves a round with %s, and sends nothing', async (_, scene, code) => {
    const { errors, coordinator } = await round({ storage: memoryStorage(), gradient, ...scene });
    expect(errors).toEqual([code]);
    expect(coordinator.uploads).toEqual([]);
  });
});
