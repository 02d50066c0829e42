import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { SparseSum } from '@murmuration/rounds/aggregation/sparse-sum';
import { describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { assignmentOf, layout, MemoryCoordinator } from '../memory-coordinator.ts';

const compression = { kind: 'topK', fraction: 0.25, feedback: true } as const;
const update = { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform', weightCap: 1, compression } as const;
const delta = [0.12, -0.2, 0.05, 0, 0.3, 0, 0.02, -0.01];

interface Scene {
  readonly storage: Storage;
  readonly number?: number;
  readonly plan?: Partial<Plan>;
  readonly take?: () => Promise<void>;
}

/** One round of a device that was started anew, and what a coordinator makes of its update. */
async function round({ storage, number = 1, plan, take }: Scene) {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  if (take) coordinator.take = take;
  const trainer = new StillTrainer();
  trainer.result = async () => ({ delta: Float32Array.from(delta), examples: 50, metrics: {} });
  const { client, errors } = deviceOn(coordinator, clock, storage, {
    keyboard: { examples: () => ['a'], trainer },
  });
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  coordinator.send('assignment', { ...assignmentOf(clock, `r${number}`, { update, ...plan }), number });
  await expect
    .poll(async () => {
      await clock.advance(0);
      return coordinator.asked.leave.length + coordinator.uploads.length;
    })
    .toBeGreaterThan(0);
  await client.stop();
  const sent = coordinator.uploads.map(({ bytes }) => {
    const sum = new SparseSum(layout, update, compression);
    sum.add(bytes);
    return [...sum.mean().delta];
  });
  return { errors, sent, coordinator, client };
}

const near = (expected: readonly number[]) => expected.map(value => expect.closeTo(value, 3));

describe('a device that sends some of the values', () => {
  it('UP13: keeps the others for its next update, over restarts', async () => {
    const storage = memoryStorage();
    const first = await round({ storage });
    expect(first.errors).toEqual([]);
    expect(first.sent).toEqual([near([0, -0.2, 0, 0, 0.3, 0, 0, 0])]);
    // What was learned, and what was left of it the first time.
    const second = await round({ storage, number: 2 });
    expect(second.sent).toEqual([near([0.24, 0, 0, 0, 0.3, 0, 0, 0])]);
    const third = await round({ storage, number: 3 });
    expect(third.sent).toEqual([near([0, -0.4, 0, 0, 0.3, 0, 0, 0])]);
  });

  it('UP13: sends what it kept before again, where its update was refused', async () => {
    const storage = memoryStorage();
    const refused = await round({
      storage,
      take: () => Promise.reject(new MurmurationError('update.malformed')),
    });
    expect(refused.errors).toEqual(['update.malformed']);
    await round({ storage, number: 2 });
    await round({ storage, number: 3 });
    const { sent } = await round({ storage, number: 4 });
    expect(sent).toEqual([near([0, -0.4, 0, 0, 0.3, 0, 0, 0])]);
  });

  it('keeps nothing where the plan does not ask for it, and erases what it kept', async () => {
    const storage = memoryStorage();
    const none = { ...compression, kind: 'randomK', feedback: false } as const;
    await round({ storage, plan: { update: { ...update, compression: none } } }).catch(() => {});
    expect(await storage.get('residual.keyboard')).toBeUndefined();
    const { client, coordinator } = await round({ storage });
    expect(await storage.get('residual.keyboard')).toBeDefined();
    const forgotten = client.forget();
    await expect.poll(() => coordinator.isOpen).toBe(true);
    coordinator.connect();
    await forgotten;
    expect(await storage.get('residual.keyboard')).toBeUndefined();
  });

  it.each<[string, Partial<Plan>]>([
    [
      'masks that would hide nothing',
      { masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } },
    ],
    [
      'an ε that does not count which values are sent',
      { privacy: { budget: 'b', step: 0, separation: 1, participations: 1, epsilon: 1, delta: 1e-6 } },
    ],
  ])('leaves a round with %s before it sends anything', async (_, plan) => {
    const { errors, coordinator } = await round({ storage: memoryStorage(), plan });
    expect(errors).toEqual(['plan.below-floor']);
    expect(coordinator.uploads).toEqual([]);
    expect(coordinator.asked.keys).toEqual([]);
  });
});
