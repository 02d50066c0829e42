import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { describe, expect, it } from 'vitest';
import { Victim } from './victim.ts';

const alone = { masking: null, largestCohort: 1, uploadSlot: 0 };

describe('a coordinator that calls a cohort of one, without masks', () => {
  it('gets nothing from an app that says nothing', async () => {
    const victim = await new Victim().connect();
    await victim.assign('r1', alone);
    expect([victim.floors, victim.given, victim.left]).toEqual([['masking'], 0, ['declined']]);
  });

  it.each([
    ['the masks alone', { masking: 'off' }, 'smallestCohort'],
    ['masks and cohort', { masking: 'off', smallestCohort: 1 }, 'smallestSum'],
    ['masks and sum', { masking: 'off', smallestSum: 1 }, 'smallestCohort'],
  ] as const)('gets nothing from an app that gives up %s', async (_, floors, floor) => {
    const victim = await new Victim({ floors }).connect();
    await victim.assign('r1', alone);
    expect([victim.floors, victim.given, victim.left]).toEqual([[floor], 0, ['declined']]);
  });

  it('gets an update where the app has given up all of them', async () => {
    const victim = await new Victim({ floors: simulatedFloors }).connect();
    await victim.assign('r1', alone);
    expect([victim.floors, victim.given]).toEqual([[], 1]);
  });
});
