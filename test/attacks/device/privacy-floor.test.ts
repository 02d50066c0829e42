import type { PrivacyFloor } from '@murmuration/client-sdk/floors/floors';
import { Participations } from '@murmuration/client-sdk/floors/participations';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { accountOf } from '@murmuration/privacy/accountants/account';
import { plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StillTrainer } from '../../unit/client-sdk/device.ts';
import { id } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOfPromise } from '../../unit/codes.ts';
import { fairPrivacy, planOf, terms } from './noisy-plan.ts';
import { Victim } from './victim.ts';

const task = 'keyboard' as TaskName;
const floor: PrivacyFloor = { epsilon: 4, delta: 1e-6 };
const fair = fairPrivacy();
const { noise, ...byCoordinator } = fair;
/** Room for four parts with the noise of `fair`, which has three. */
const roomy = { ...fair, epsilon: 4.75, participations: 4 };

/** A plan without a budget. */
const bare = (): Plan => {
  const { privacy: _, ...plan } = planOf(fair);
  return plan;
};

/** What holds plans is loaded when it is first needed. */
async function asked(
  victim: Victim,
  round: string,
  privacy: PlanPrivacy | undefined,
  change: Partial<Plan> = {},
) {
  const before = victim.left.length + victim.coordinator.asked.keys.length;
  await victim.assign(round, { ...terms, ...(privacy && { privacy }), ...change });
  const { coordinator } = victim;
  await expect.poll(() => victim.left.length + coordinator.asked.keys.length).toBe(before + 1);
}

describe('a coordinator whose plan promises less privacy than the app asks for', () => {
  const hollow: readonly [string, PlanPrivacy | undefined, PrivacyFloor][] = [
    ['no budget', undefined, floor],
    ['no budget, where its noise is enough', undefined, { ...floor, noiseBy: 'coordinator' }],
    ['a larger ε', roomy, floor],
    ['a larger ε of its own noise', { ...byCoordinator, epsilon: 4.1 }, { ...floor, noiseBy: 'coordinator' }],
    ['a larger δ', { ...fair, delta: 2e-6 }, floor],
    ['a larger δ of its own noise', { ...byCoordinator, delta: 2e-6 }, { ...floor, noiseBy: 'coordinator' }],
    ['noise of its own', byCoordinator, floor],
    ['noise of its own at a tiny ε', { ...byCoordinator, epsilon: 1e-3, delta: 1e-9 }, floor],
    ['less noise than its ε takes', { ...fair, noise: { ...noise, variance: noise.variance * 0.9 } }, floor],
  ];

  it.each(hollow)(
    'RD18: gets nothing for %s: no message, no training, no reason',
    async (_, privacy, asks) => {
      const victim = await new Victim({ floors: { uploadSlot: 0, privacy: asks } }).connect();
      await asked(victim, 'r1', privacy);
      expect([victim.floors, victim.left, victim.given]).toEqual([['privacy'], ['declined'], 0]);
      expect([(victim.trainer as StillTrainer).trainings, victim.coordinator.downloads]).toEqual([0, 0]);
      expect(victim.device.waits.at(-1)).toMatchObject({
        reason: expect.stringContaining('ε = 4 at δ = 0.000001'),
      });
    },
  );

  it.each<[string, PlanPrivacy, PrivacyFloor]>([
    ['as much', fair, floor],
    ['more', { ...fair, epsilon: 4, delta: 1e-6 }, { epsilon: 5, delta: 1e-5 }],
    ['as much by its word', byCoordinator, { ...floor, noiseBy: 'coordinator' }],
    ['as much by devices, where its word is enough', fair, { ...floor, noiseBy: 'coordinator' }],
  ])('RD18: gets a part for a plan that promises %s', async (_, privacy, asks) => {
    const victim = await new Victim({ floors: { uploadSlot: 0, privacy: asks } }).connect();
    await asked(victim, 'r1', privacy);
    expect([victim.floors, victim.coordinator.asked.keys.length]).toEqual([[], 1]);
  });

  it('RD18: gets nothing in a later round, for another version, nor after a restart', async () => {
    const floors = { uploadSlot: 0, privacy: floor };
    const first = await new Victim({ floors }).connect();
    await asked(first, 'r1', fair);
    await asked(first, 'r2', undefined);
    await asked(first, 'r3', byCoordinator, { version: 9 });
    expect([first.floors, first.coordinator.asked.keys.length]).toEqual([['privacy', 'privacy'], 1]);
    await first.device.client.stop();
    const { storage, clock } = first;
    const second = await new Victim({ floors, storage }, clock).connect();
    await asked(second, 'r4', undefined);
    await asked(second, 'r5', roomy);
    expect([second.floors, second.given]).toEqual([['privacy', 'privacy'], 0]);
  });
});

/** What becomes of parts that a device is asked for one after another, each of a client that has just been started. */
async function parts(
  storage: Storage,
  held: PrivacyFloor | 'pinned' | 'any',
  plans: readonly Plan[],
  name = (i: number) => `a${i}`,
): Promise<string[]> {
  const outcomes: string[] = [];
  for (const [i, plan] of plans.entries()) {
    const assignment = id<never>(name(i));
    const own = new Participations(storage, plan.task, held);
    const work = async () => {
      await own.require(plan, assignment, false);
      await own.count(plan, assignment);
    };
    outcomes.push(await codeOfPromise(work()));
  }
  return outcomes;
}
const counted = 'nothing thrown';
const no = 'plan.below-floor';

describe('a coordinator that asks for more than the floor in pieces', () => {
  it('RD18: gets no more parts under other names and separations of a budget', async () => {
    const plans = [0, 1, 2, 3, 4].map(i =>
      planOf({ ...fair, budget: `b${i}`, step: 9 * i, separation: 1 + i }),
    );
    expect(await parts(memoryStorage(), floor, plans)).toEqual([counted, counted, counted, no, no]);
  });

  it('RD18: gets no more by many budgets of other noise, ε and δ: what was counted is within the floor', async () => {
    const draws = fc.record({
      more: fc.double({ min: 0.6, max: 3, noNaN: true }),
      epsilon: fc.double({ min: 1, max: 4, noNaN: true }),
      delta: fc.constantFrom(1e-6, 1e-7, 1e-9),
      participations: fc.integer({ min: 1, max: 3 }),
    });
    let most = 0;
    const plansOf = fc.asyncProperty(fc.array(draws, { minLength: 8, maxLength: 8 }), async drawn => {
      const plans = drawn.map(({ more, ...stated }, i) =>
        planOf(
          { ...fair, ...stated, budget: `b${i}`, noise: { ...noise, variance: noise.variance * more } },
          { version: i + 1 },
        ),
      );
      const outcomes = await parts(memoryStorage(), floor, plans);
      const taken = plans.filter((_, i) => outcomes[i] === counted);
      if (taken.length === 0) return;
      const lost = accountOf({
        kind: 'composed',
        parts: taken.map(plan => ({
          kind: 'repeated',
          times: 1,
          of: plannedNoise(plan, plan.privacy!.noise!),
        })),
      }).epsilonAt(floor.delta);
      most = Math.max(most, lost);
      expect(lost).toBeLessThanOrEqual(floor.epsilon * (1 + 1e-6));
    });
    await fc.assert(plansOf, { numRuns: 40 });
    // Or nothing was tried that could have come to more.
    expect(most).toBeGreaterThan(floor.epsilon * 0.8);
  });

  it('RD18, RD19: gets no part for free by the assignment of the part before', async () => {
    const plans = [0, 1, 2].map(i => planOf({ ...fair, budget: `b${i}` }));
    expect(await parts(memoryStorage(), floor, plans, () => 'a')).toEqual([
      counted,
      'round.begun',
      'round.begun',
    ]);
    // Two in turn cost what two cost.
    const turns = [0, 1, 2, 3, 4].map(i => planOf({ ...fair, budget: `b${i}` }));
    expect(await parts(memoryStorage(), floor, turns, i => `a${i % 2}`)).toEqual([
      counted,
      counted,
      counted,
      no,
      'round.begun',
    ]);
  });

  it('RD18: is asked no more for parts that were taken under a larger floor', async () => {
    const storage = memoryStorage();
    const wide = [0, 1, 2, 3].map(i => planOf({ ...roomy, budget: `b${i}` }));
    expect(await parts(storage, { epsilon: 5, delta: 1e-6 }, wide)).toEqual(Array(4).fill(counted));
    expect(await parts(storage, floor, [planOf({ ...fair, budget: 'b9' })], () => 'a9')).toEqual([no]);
  });
});

describe('a coordinator that takes a promise back, for a device whose app says nothing of it', () => {
  it.each<[string, Plan, string]>([
    ['no budget', bare(), no],
    ['a larger ε', planOf({ ...roomy, budget: 'b2' }), no],
    ['a larger δ', planOf({ ...fair, delta: 2e-6, budget: 'b2' }), no],
    ['noise of its own', planOf({ ...byCoordinator, budget: 'b2' }), no],
    ['the same', planOf({ ...fair, budget: 'b2' }), counted],
    ['what it never promised for another task', { ...bare(), task: 'spam' as TaskName }, counted],
  ])('RD18: %s', async (_, later, outcome) => {
    const storage = memoryStorage();
    expect(await parts(storage, 'pinned', [bare(), planOf(fair)])).toEqual([counted, counted]);
    expect(await parts(storage, 'pinned', [later], () => 'b')).toEqual([outcome]);
    // The app's own word goes before the promise, in both directions.
    expect(await parts(storage, 'any', [bare()], () => 'c')).toEqual([counted]);
  });

  it('RD18: is held to its own noise, and from the first noise by devices on to that', async () => {
    const storage = memoryStorage();
    const [own, ofDevices] = [planOf(byCoordinator), planOf({ ...fair, budget: 'b2' })];
    expect(await parts(storage, 'pinned', [own, bare(), ofDevices, own])).toEqual([counted, no, counted, no]);
  });

  it('RD18: pins nothing by a plan that the device never had a part in', async () => {
    const storage = memoryStorage();
    await new Participations(storage, task, 'pinned').require(planOf(fair), id('a1'), false);
    expect(await parts(storage, 'pinned', [bare()])).toEqual([counted]);
  });
});
