import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { expect, it } from 'vitest';
import { openMaskedCohort } from './masked-cohort.ts';

it.each([
  ['shares', 1],
  ['updates', 2],
] as const)(
  'RD7: %s do not end after the grace with so few that their masks could not be taken off: those who are away may come back',
  async (name, steps) => {
    // Four updates are enough for the task, and five of six devices for the masks.
    const { federation, devices, phase } = await openMaskedCohort({}, new MemoryRounds());
    const { clock, records } = federation;
    const step = async (some: readonly (typeof devices)[number][]) => {
      for (const each of some) await each.step();
      await clock.advance(0);
    };
    for (let each = 0; each < steps; each++) await step(devices);
    expect(phase()).toBe(name);
    const [first, second, ...others] = devices;
    for (const lost of [first!, second!]) federation.disconnect(lost.id);
    await step(others);
    await clock.advance(30_000);
    expect(phase()).toBe(name);
    // With one more of them it can go on without the other.
    federation.connect(first!.id);
    await step([first!]);
    expect(phase()).toBe(name);
    await clock.advance(2_000);
    expect(phase()).not.toBe(name);
    for (let time = 0; time < 5; time++)
      if (records.length === 0) {
        for (const each of [first!, ...others]) if (phase() !== 'closing') await each.step();
        await clock.advance(2_000);
      }
    expect(records).toMatchObject([{ outcome: 'published', tally: { accepted: 5 } }]);
    await federation.rounds.stop();
  },
);
