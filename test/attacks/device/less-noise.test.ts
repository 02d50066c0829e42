import { Participations } from '@murmuration/client-sdk/floors/participations';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { describe, expect, it } from 'vitest';
import { id } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOfPromise } from '../../unit/codes.ts';
import { fairPrivacy, planOf, terms, update } from './noisy-plan.ts';
import { masking, Victim } from './victim.ts';

/** What checks the noise is loaded when it is first needed. */
const answered = ({ coordinator, floors }: Victim) =>
  expect.poll(() => coordinator.asked.keys.length + floors.length).toBeGreaterThan(0);

/** What a device gives away for a plan, and the floors that it names. */
async function asked(privacy: PlanPrivacy, change: Partial<Plan> = {}) {
  const victim = await new Victim({ floors: { uploadSlot: 0 } }).connect();
  await victim.assign('r1', { ...terms, privacy, ...change });
  await answered(victim);
  return { keys: victim.coordinator.asked.keys.length, floors: victim.floors };
}

const declined = { keys: 0, floors: ['privacy'] };

describe('a coordinator that asks its devices for noise', () => {
  it('RD17: gets a part where the noise gives the ε that the plan says', async () => {
    expect(await asked(fairPrivacy())).toEqual({ keys: 1, floors: [] });
  });

  const { noise, ...rest } = fairPrivacy();
  it.each<[string, PlanPrivacy]>([
    ['5 % less noise', { ...rest, noise: { ...noise, variance: noise.variance * 0.95 ** 2 } }],
    ['a deviation for a variance', { ...rest, noise: { ...noise, variance: Math.sqrt(noise.variance) } }],
    [
      'noise for a goal that no sum needs to reach',
      { ...rest, noise: { ...noise, variance: (noise.variance * 37) / 57 } },
    ],
    ['a smaller sum', { ...rest, noise: { ...noise, quorum: 30 } }],
    ['a sum that is all corrupt devices', { ...rest, noise: { ...noise, quorum: 3 } }],
    ['more parts than it was sized for', { ...rest, participations: 4, noise }],
    ['a smaller ε than it gives', { ...rest, epsilon: 3.9, noise }],
    ['a smaller δ than it is for', { ...rest, delta: 1e-7, noise }],
  ])('RD17: gets nothing for %s', async (_, privacy) => {
    expect(await asked(privacy)).toEqual(declined);
  });

  it('RD17: gets nothing with a longer clip, fewer bits, more corrupt devices or without masks', async () => {
    const privacy = fairPrivacy();
    expect(await asked(privacy, { update: { ...update, bits: 9 } })).toEqual(declined);
    expect(await asked(privacy, { masking: { ...masking, corrupt: 0.1 } })).toEqual(declined);
    expect(await asked(privacy, { largestCohort: 120 })).toEqual(declined);
    const bare = await new Victim({ floors: { uploadSlot: 0, masking: 'off' } }).connect();
    await bare.assign('r1', { ...terms, privacy, masking: null });
    await answered(bare);
    expect([bare.given, bare.floors]).toEqual([0, ['privacy']]);
  });
});

describe('a coordinator that says that a round released nothing', () => {
  const task = 'keyboard' as TaskName;
  const { noise, ...rest } = fairPrivacy();

  it('RD15: gets another update in the same step where it adds the noise itself, at no cost', async () => {
    const parts = new Participations(memoryStorage(), task, 'any');
    for (let round = 0; round < 5; round++) await parts.count(planOf(rest), id(`a${round}`));
    await parts.count(planOf({ ...rest, step: 4 }), id('b'));
  });

  it('RD17: has each update counted where devices add it, since the sum was open all the same', async () => {
    const storage = memoryStorage();
    const plan = planOf({ ...rest, noise });
    for (let round = 0; round < 3; round++)
      await new Participations(storage, task, 'any').count(plan, id(`a${round}`));
    const parts = new Participations(storage, task, 'any');
    // The same update, sent again, is no other one.
    await parts.count(plan, id('a2'));
    expect(await codeOfPromise(parts.require(plan, id('a3'), false))).toBe('plan.below-floor');
    const later = planOf({ ...rest, noise, step: 9 });
    expect(await codeOfPromise(parts.count(later, id('a3')))).toBe('plan.below-floor');
  });
});

describe('a coordinator that begins one budget after another', () => {
  const task = 'keyboard' as TaskName;
  const privacy = fairPrivacy();
  const planIn = (budget: string, change: Partial<PlanPrivacy> = {}) =>
    planOf({ ...privacy, budget, ...change });

  it('RD17: gets no more parts than the ε that it states has room for, also after a restart', async () => {
    const storage = memoryStorage();
    for (const budget of ['b1', 'b2', 'b3'])
      await new Participations(storage, task, 'any').count(planIn(budget), id(budget));
    const parts = new Participations(storage, task, 'any');
    expect(await codeOfPromise(parts.require(planIn('b4'), id('b4'), false))).toBe('plan.below-floor');
    expect(await codeOfPromise(parts.count(planIn('b4'), id('b4')))).toBe('plan.below-floor');
    // What was refused has cost nothing; an update that goes out again costs nothing more.
    await parts.count(planIn('b3'), id('b3'));
    // What a device has lost for one task is another's in no way.
    const other = { ...planIn('b4'), task: 'spam' as TaskName };
    await new Participations(storage, other.task, 'any').require(other, id('b4'), false);
  });

  it('RD17: gets one where it states an ε that has room for all of them, and not with less noise', async () => {
    const parts = new Participations(memoryStorage(), task, 'any');
    for (const budget of ['b1', 'b2', 'b3']) await parts.count(planIn(budget), id(budget));
    const { noise } = privacy;
    const quieter = { ...noise, variance: noise.variance * 0.8 };
    expect(
      await codeOfPromise(parts.require(planIn('b4', { epsilon: 4.75, noise: quieter }), id('b4'), false)),
    ).toBe('plan.below-floor');
    await parts.count(planIn('b4', { epsilon: 4.75 }), id('b4'));
  });
});
