import type { HeldFloors } from '@murmuration/client-sdk/floors/floors';
import { Participations } from '@murmuration/client-sdk/floors/participations';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { AssignmentId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { describe, expect, it } from 'vitest';
import { fairPrivacy, planOf } from '../../../attacks/device/noisy-plan.ts';

const task = 'keyboard' as TaskName;
const assignment = (name: string) => name as AssignmentId;
const fair = fairPrivacy();
const { noise, ...byCoordinator } = fair;
const bare = (): Plan => {
  const { privacy: _, ...plan } = planOf(fair);
  return plan;
};
const partsOf = (floor: HeldFloors['privacy'], storage = memoryStorage()) =>
  new Participations(storage, task, floor);

describe('parts of a device in a privacy budget', () => {
  it('keep their separation, and are no more than the budget allows', async () => {
    const parts = partsOf('any');
    const plan = (step: number) =>
      planOf({ ...byCoordinator, step, separation: 3, participations: 2 } as PlanPrivacy);
    await parts.count(plan(1), assignment('a'));
    // Nothing was released since, so that it is no second part.
    await parts.count(plan(1), assignment('b'));
    await expect(parts.count(plan(3), assignment('c'))).rejects.toThrow(
      'The device took part in step 1 of its privacy budget and may again in step 4; this is step 3. [plan.below-floor]',
    );
    await expect(parts.require(plan(2), assignment('c'), false)).rejects.toMatchObject({ floor: 'privacy' });
    await parts.count(plan(4), assignment('c'));
    await expect(parts.require(plan(7), assignment('d'), false)).rejects.toThrow(
      'The device has taken part 2 times in its privacy budget, which allows 2. [plan.below-floor]',
    );
    await parts.count(planOf({ ...byCoordinator, budget: 'b2', step: 7 }), assignment('d'));
  });

  it('in the same step are two where devices add the noise, whose sum may have been opened', async () => {
    const parts = partsOf('any');
    const plan = planOf({ ...fair, participations: 1 });
    await parts.count(plan, assignment('a'));
    await parts.count(plan, assignment('a'));
    await expect(parts.count(plan, assignment('b'))).rejects.toMatchObject({
      floor: 'privacy',
      detail: 'The device has taken part 1 times in its privacy budget, which allows 1.',
    });
    await expect(parts.require(plan, assignment('a'), false)).rejects.toMatchObject({ code: 'round.begun' });
    await parts.require(plan, assignment('a'), true);
  });

  const floor = { epsilon: 4, delta: 1e-6 };
  const says = 'the app says ε = 4 at δ = 0.000001, by noise of';
  // biome-ignore format: one refusal a line
  it.each<[string, Plan, HeldFloors['privacy'], string]>([
    ['no budget', bare(), floor, `The plan has no privacy budget; ${says} devices.`],
    ['no budget at all', bare(), { ...floor, noiseBy: 'coordinator' }, `The plan has no privacy budget; ${says} the coordinator or devices.`],
    ['a larger ε', planOf({ ...fair, epsilon: 5 }), floor, `The plan says ε = 5 at δ = 0.000001; ${says} devices.`],
    ['a larger δ', planOf({ ...fair, delta: 1e-5 }), floor, `The plan says ε = 4 at δ = 0.00001; ${says} devices.`],
    ['noise of the coordinator', planOf(byCoordinator), floor, `The plan leaves noise to the coordinator; ${says} devices.`],
  ])('are refused with %s', async (_, plan, asks, why) => {
    await expect(partsOf(asks).require(plan, assignment('a'), false)).rejects.toThrow(`${why} [plan.below-floor]`);
    await expect(partsOf(asks).count(plan, assignment('a'))).rejects.toMatchObject({ floor: 'privacy' });
  });

  it('keep to what the first plan of the task has said, and to noise of devices once they added it', async () => {
    const storage = memoryStorage();
    const parts = partsOf('pinned', storage);
    const earlier = 'an earlier plan of the task says ε = 4 at δ = 0.000001, by noise of';
    await parts.require(bare(), assignment('a'), false);
    await parts.count(planOf(byCoordinator), assignment('a'));
    await expect(parts.require(bare(), assignment('b'), false)).rejects.toThrow(
      `The plan has no privacy budget; ${earlier} the coordinator or devices. [plan.below-floor]`,
    );
    await parts.count(planOf({ ...fair, budget: 'b2', epsilon: 4 }), assignment('b'));
    await expect(parts.require(planOf(byCoordinator), assignment('c'), false)).rejects.toThrow(
      `The plan leaves noise to the coordinator; ${earlier} devices. [plan.below-floor]`,
    );
    await partsOf('any', storage).require(bare(), assignment('c'), false);
  });

  it('are refused with less noise than their ε takes', async () => {
    const less = planOf({ ...fair, noise: { ...noise, variance: noise.variance * 0.9 } });
    await expect(partsOf('any').require(less, assignment('a'), false)).rejects.toThrow(
      /^The plan says ε = 4 at δ = 0\.000001; with its noise the parts of its budget come to ε = 4\.\d{3}\. \[plan/,
    );
    const [first, second] = [planOf(fair), planOf({ ...fair, budget: 'b2' })];
    const parts = partsOf('any');
    for (const [step, plan] of [first, first, first].entries())
      await parts.count({ ...plan, privacy: { ...fair, step: 2 * step } }, assignment(`a${step}`));
    await expect(parts.count(second, assignment('b'))).rejects.toThrow(
      /with its noise the parts of this device, in all budgets come to ε = 4\.\d{3}\. \[plan/,
    );
  });
});
