import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect, it } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { assignmentOf, MemoryCoordinator, pathOf } from '../memory-coordinator.ts';
import { namedStorage } from '../named-storage.ts';

/** A device that was killed after its first bytes of an upload, which did not arrive, and the clock on which it comes back. */
async function killed() {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const trainer = new StillTrainer();
  const { storage, names } = namedStorage();
  const start = async (seed: number) => {
    const tasks = { keyboard: { examples: () => ['a', 'b'], trainer } };
    const floors = { ...lowFloors, contributions: { day: 100, model: 100 } };
    const it = deviceOn(coordinator, clock, storage, tasks, seed, undefined, floors);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    return it;
  };
  await start(1);
  coordinator.take = () => new Promise(() => {});
  const first = assignmentOf(clock);
  coordinator.send('assignment', first);
  await clock.advance(0);
  expect(coordinator.uploads).toHaveLength(1);
  coordinator.close();
  coordinator.take = async () => {};
  return { clock, coordinator, storage, names, start, first };
}

const { names: all } = await killed();

it('a device under way keeps these, of which any one may be lost', () => {
  expect([...all].sort()).toEqual([
    'contributions.keyboard',
    'device',
    'identity',
    'model.keyboard',
    'session.keyboard',
  ]);
});

it.each([...all])(
  'a storage that loses %s: the device comes back, and sends no second update',
  async name => {
    const { clock, coordinator, storage, start, first } = await killed();
    await storage.delete(name);
    const { rounds, errors } = await start(2);
    coordinator.send('assignment', first);
    await clock.advance(60_000);
    const sent = coordinator.uploads.filter(({ path }) => path === pathOf(first));
    expect(new Set(sent.map(({ bytes }) => bytes.join())).size).toBe(1);
    coordinator.send('round-end', { round: first.round, outcome: 'published', reason: 'over', after: 0 });
    await clock.advance(60_000);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    // It leaves the round of an update that it no longer has, and nothing else is wrong.
    expect(errors.filter(code => code !== 'round.begun')).toEqual([]);
  },
);
