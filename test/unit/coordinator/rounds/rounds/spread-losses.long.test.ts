import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { openSpread, type SpreadWorld } from '../../server/spread-world.ts';
import { budgetsOf, count, definition, seeded, step } from './spread-budget.ts';

describe('TK5: a spread round under a privacy budget', () => {
  /** What the leader of a round does from its last look at the parts on. */
  const closing = new Set(['sum', 'rememberedBefore', 'claim', 'memory', 'remember', 'put', 'commit']);
  /** Versions of the tasks with random losses. */
  const released: number[] = [];

  it.each(Array.from({ length: 8 }, (_, seed) => seed + 1))(
    'spends what its versions say, and no device takes part too soon, where devices and cells are lost at random (seed %i)',
    async seed => {
      const random = seededRandom(seed);
      const chance = (share: number) => random(1)[0]! < 256 * share;
      const ledger = seeded();
      const world = await openSpread({ task: definition, devices: count, seed, ledger });
      const dies = (call: string) => closing.has(call) && chance(0.03);
      const openAnother = async (): ReturnType<SpreadWorld['openLeader']> => {
        try {
          return await world.openLeader(dies);
        } catch {
          // It has died as well.
          return openAnother();
        }
      };
      let leader = await openAnother();
      for (let turn = 0; turn < 60; turn++) {
        if (turn % 12 === 0) for (const device of world.devices) if (chance(0.6)) world.ask(device);
        for (const device of world.devices) if (chance(0.005)) world.lose(device);
        if (chance(0.05)) await world.replace(1 + (random(1)[0]! % 3));
        await step(
          world,
          world.devices.filter(() => chance(0.97)),
        );
        await world.clock.advance(turn % 12 === 11 ? 3_600_000 - 11 * 11_000 : 11_000);
        if (leader.life.isOver) leader = await openAnother();
      }
      leader.life.dies = () => false;
      await world.clock.advance(500_000);
      const [budget] = await budgetsOf(world);
      const versions = await world.history.versions(world.task.name, 99, 99);
      const steps = versions.flatMap(({ privacy }) => (privacy ? [privacy.step] : []));
      // Each version has a step of its own, and what was in its sum.
      expect(new Set(steps).size).toBe(steps.length);
      expect(budget!.steps).toBeGreaterThanOrEqual(steps.length);
      for (const { privacy, contributors } of versions)
        if (privacy) expect(budget!.counted[privacy.step]).toBe(contributors);
      const last = new Map<string, number>();
      for (const { step, contributors } of ledger.taken)
        for (const device of contributors) {
          expect(step - (last.get(device) ?? -2)).toBeGreaterThanOrEqual(2);
          last.set(device, step);
        }
      released.push(steps.length);
      await leader.rounds.stop();
    },
  );

  it('released versions in most of these', () => {
    expect(released.reduce((sum, versions) => sum + versions, 0)).toBeGreaterThanOrEqual(8);
  });
});
