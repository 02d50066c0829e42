import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { Participations } from '@murmuration/client-sdk/floors/participations';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { answerNoise } from '@murmuration/privacy/mechanisms/answer-noise';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { putOn } from '../../sides.ts';
import { assignmentOf, id } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOfPromise } from '../../unit/codes.ts';
import { answering } from './answering.ts';
import { fairPrivacy, planOf } from './noisy-plan.ts';
import { askingPlan, noisedPrivacy, noisedQuery, ofQuery } from './noisy-query.ts';
import { masking } from './victim.ts';

const answers: Record<string, AnswerOptions> = {
  taken: { kinds: ['count', 'top'], answer: ({ kind }) => (kind === 'count' ? true : ['a']) },
};

/** What a device gives away for the plan of a query, and the floors that it names. */
async function asked(plan: Partial<Plan>, floors: Floors = {}) {
  const storage = memoryStorage();
  await putOn('counts', 'taken', storage);
  const victim = await answering({ answers, floors, storage });
  await victim.assign('r1', plan);
  const decided = async () => {
    await victim.clock.advance(0);
    return victim.coordinator.asked.keys.length + victim.floors.length;
  };
  await expect.poll(decided).toBeGreaterThan(0);
  await victim.device.client.stop();
  return { keys: victim.coordinator.asked.keys.length, floors: victim.floors };
}

const given = { keys: 1, floors: [] };
const declined = { keys: 0, floors: ['privacy'] };

describe('a coordinator that asks a query with a privacy budget', () => {
  const honest = noisedPrivacy();
  const { noise, ...rest } = honest;

  it('QY10: gets an answer where the noise gives the ε that query and plan say', async () => {
    expect(await asked(askingPlan(honest))).toEqual(given);
  });

  it.each<[string, PlanPrivacy | undefined]>([
    ['5 % less noise', { ...rest, noise: { ...noise, variance: noise.variance * 0.95 ** 2 } }],
    [
      'noise for a goal that no sum needs to reach',
      { ...rest, noise: { ...noise, variance: (noise.variance * 37) / 57 } },
    ],
    ['a smaller sum', { ...rest, noise: { ...noise, quorum: 30 } }],
    ['a sum that is all corrupt devices', { ...rest, noise: { ...noise, quorum: 3 } }],
    ['more sums than it was sized for', { ...rest, participations: 4, noise }],
    ['a smaller ε for the whole task than it gives', { ...rest, epsilon: 1.9, noise }],
    ['noise of another kind', { ...rest, noise: { ...noise, kind: 'discreteGaussian' } }],
    ['noise that is left to the coordinator', rest],
    ['no noise, though the query says so', undefined],
  ])('QY10: gets nothing for %s', async (_, privacy) => {
    const plan = askingPlan(privacy ?? honest);
    const { privacy: __, ...bare } = plan;
    expect(await asked(privacy ? plan : bare)).toEqual(declined);
  });

  it('QY10: gets nothing where plan and query differ in whether there is noise, or how long an answer is', async () => {
    const { privacy: _, ...unnoised } = noisedQuery();
    expect(await asked(askingPlan(honest, unnoised as Query))).toEqual(declined);
    // The noise of a count does not hide one of four items.
    const items = noisedQuery({ kind: 'top', items: ['a', 'b'], values: 4 });
    expect(await asked(askingPlan(honest, items))).toEqual(declined);
    expect(await asked(askingPlan(noisedPrivacy(items), items))).toEqual(given);
    // Nor is it enough where more devices may leave theirs out.
    expect(await asked(askingPlan(honest, noisedQuery(), { masking: { ...masking, corrupt: 0.1 } }))).toEqual(
      declined,
    );
    // A query that states more than its noise gives, while the plan states less.
    const loose = noisedQuery({ privacy: { ...ofQuery, epsilon: 8 } });
    const quiet = { ...noisedPrivacy(loose), epsilon: 2 };
    expect(await asked(askingPlan(quiet, loose))).toEqual(declined);
  });

  it('RD18: gets nothing where the app asks for less ε or for noise, whoever adds that of versions', async () => {
    const { privacy: _, ...unnoised } = noisedQuery();
    const { privacy: __, ...bare } = askingPlan(honest, unnoised as Query);
    expect(await asked(bare, { privacy: 'pinned' })).toEqual(given);
    for (const noiseBy of ['devices', 'coordinator'] as const) {
      const floors = { privacy: { epsilon: 2, delta: 1e-6, noiseBy } };
      expect(await asked(askingPlan(honest), floors)).toEqual(given);
      expect(await asked(bare, floors)).toEqual(declined);
      expect(await asked(askingPlan(honest), { privacy: { epsilon: 1.9, delta: 1e-6, noiseBy } })).toEqual(
        declined,
      );
      expect(await asked(askingPlan(honest), { privacy: { epsilon: 2, delta: 1e-7, noiseBy } })).toEqual(
        declined,
      );
    }
  });
});

describe('a coordinator that asks again and again', () => {
  const task = 'keyboard' as TaskName;
  const clock = new VirtualClock();
  const planFor = (privacy: PlanPrivacy, query = noisedQuery()): Plan =>
    assignmentOf(clock, 'r1', askingPlan(privacy, query)).plan;
  const recordOf = (storage = memoryStorage(), query = noisedQuery(), floor: 'pinned' | 'any' = 'any') => {
    const { epsilon, delta } = query.privacy!;
    const of = answerNoise(planFor(noisedPrivacy(query), query), query, noisedPrivacy(query).noise);
    return new Participations(storage, task, floor, { name: query.name, noise: { epsilon, delta, of } });
  };
  const honest = noisedPrivacy();

  it('QY10: gets no more answers than the budget of the query is for, in whatever budgets and steps', async () => {
    const storage = memoryStorage();
    for (let step = 0; step < 3; step++)
      await recordOf(storage).count(planFor({ ...honest, step }), id(`a${step}`));
    // The same answer again costs nothing more.
    await recordOf(storage).count(planFor({ ...honest, step: 2 }), id('a2'));
    expect(await codeOfPromise(recordOf(storage).count(planFor({ ...honest, step: 3 }), id('a3')))).toBe(
      'plan.below-floor',
    );
    // Under another budget, though the plan states an ε that would have room for more.
    const other = planFor({ ...honest, budget: 'b2', epsilon: 20 });
    expect(await codeOfPromise(recordOf(storage).require(other, id('a4'), false))).toBe('plan.below-floor');
  });

  it('RD17: has answers and updates added up, so that the ε of the plan covers both', async () => {
    const storage = memoryStorage();
    const training = fairPrivacy();
    for (const [part, step] of [0, 2, 4].entries())
      await new Participations(storage, task, 'any').count(planOf({ ...training, step }), id(`t${part}`));
    expect(await codeOfPromise(recordOf(storage).count(planFor(honest), id('q1')))).toBe('plan.below-floor');
    await recordOf(storage).count(planFor({ ...honest, epsilon: 5 }), id('q1'));
    // And in the other order: what was answered counts where the device trains.
    const later = planOf({ ...training, budget: 'b9', step: 0 });
    expect(await codeOfPromise(new Participations(storage, task, 'any').count(later, id('t9')))).toBe(
      'plan.below-floor',
    );
  });

  it('RD18: is held to what the first plan has promised, of a query or of training', async () => {
    const storage = memoryStorage();
    await recordOf(storage, noisedQuery(), 'pinned').count(planFor(honest), id('a0'));
    const wider = noisedQuery({ name: 'other', privacy: { ...ofQuery, epsilon: 3 } });
    const record = () => recordOf(storage, wider, 'pinned');
    expect(await codeOfPromise(record().require(planFor(noisedPrivacy(wider), wider), id('b0'), false))).toBe(
      'plan.below-floor',
    );
    // What was promised of answers binds no training, which may have no budget at all.
    const trains = assignmentOf(clock, 'r1', {}).plan;
    await new Participations(storage, task, 'pinned').require(trains, id('t0'), false);
    // What was promised of training binds answers.
    const pinned = memoryStorage();
    await new Participations(pinned, task, 'pinned').count(planOf(fairPrivacy()), id('t1'));
    const bare = new Participations(pinned, task, 'pinned', { name: 'taken' });
    expect(await codeOfPromise(bare.require(trains, id('a1'), false))).toBe('plan.below-floor');
  });
});
