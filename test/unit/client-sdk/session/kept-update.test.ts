import { keptUpdates, settingsIn } from '@murmuration/client-sdk/session/kept-update';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { clipLayers } from '@murmuration/client-sdk/update/clip-layers';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect, it } from 'vitest';
import { assignmentOf, layout } from '../memory-coordinator.ts';

const { plan } = assignmentOf(new VirtualClock());
const base = 'a'.repeat(64) as ModelHash;
const delta = Float32Array.from({ length: layout.count }, (_, i) => i - 1.5);
const update = { base, settings: settingsIn(plan), learned: { delta, examples: 7, layout } };

it('an update that is kept is the same after a restart, with the layers by which a plan clips it', async () => {
  const storage = memoryStorage();
  await keptUpdates(storage, plan.task).save(update);
  const again = (await keptUpdates(storage, plan.task).load())!;
  expect(again).toEqual(update);
  const [one, other] = [delta.slice(), again.learned.delta];
  clipLayers(one, layout, 0.5);
  clipLayers(other, again.learned.layout, 0.5);
  expect(other).toEqual(one);
  expect(Math.hypot(...other)).toBeLessThanOrEqual(0.5 + 1e-6);
});

it('an update that is spent is not offered again, and what made it is known until it is erased', async () => {
  const kept = keptUpdates(memoryStorage(), plan.task);
  await kept.save(update);
  await kept.spend();
  expect(await kept.load()).toBeUndefined();
  expect(await kept.base()).toBe(base);
  await kept.erase();
  expect(await kept.base()).toBeUndefined();
});
