import { hkdfSync } from 'node:crypto';
import { writePlan } from '@murmuration/protocol/messages/plan';
import { beforeEach, expect, test } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, newScene, storage } from './scene.ts';

beforeEach(newScene);

class RecordingTrainer extends StillTrainer {
  readonly seeds: unknown[] = [];

  override train(...args: Parameters<StillTrainer['train']>) {
    this.seeds.push((args[1] as { seed: unknown }).seed);
    return super.train(...args);
  }
}

/** An assignment in a round of this number, under a plan of this seed. */
function partOf(name: string, number: number, seed: number) {
  const part = assignmentOf(clock, name);
  const plan = { ...part.plan, training: { ...part.plan.training, seed } };
  return { ...part, number, plan, planBytes: writePlan(plan) };
}

/** The seeds with which a device trains under these assignments, one after the other. */
async function seedsOf(ownDraw: boolean, parts: readonly ReturnType<typeof partOf>[]): Promise<unknown[]> {
  const trainer = new RecordingTrainer();
  const tasks = { keyboard: { examples: () => ['a'], trainer } };
  const { client } = deviceOn(coordinator, clock, storage, tasks, 1, undefined, { ...lowFloors, ownDraw });
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  for (const part of parts) {
    coordinator.send('assignment', part);
    await clock.advance(0);
  }
  await client.stop();
  return trainer.seeds;
}

test('RD9: a device draws from a secret of its own, whatever the seed of the plan', async () => {
  const parts = [partOf('r1', 1, 5), partOf('r2', 2, 6)];
  const seeds = await seedsOf(true, parts);
  const secret = await storage.get('draw-secret');
  expect(secret).toHaveLength(32);
  const expected = parts.map(({ round }) => {
    const info = `murmuration own draw\nkeyboard\n${round}`;
    return Buffer.from(hkdfSync('sha256', secret!, '', info, 4)).readUInt32BE() >>> 1;
  });
  expect(seeds).toEqual(expected);
  expect(new Set(seeds).size).toBe(2);
});

test('RD9: a device whose app gives that up trains with the seed of the plan and the number of the round', async () => {
  const last = 2 ** 31 - 1;
  expect(await seedsOf(false, [partOf('r1', 1, 5), partOf('r2', 2, 5), partOf('r3', 3, last)])).toEqual([
    6, 7, 2,
  ]);
});
