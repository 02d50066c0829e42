import type { Floors } from '@murmuration/client-sdk/floors/floors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { largestSumOf } from '@murmuration/rounds/task/task';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOf } from '../../unit/codes.ts';
import { Told } from './answering.ts';
import { lyingRoster } from './lying-roster.ts';
import { Victim } from './victim.ts';
import {
  allowed,
  alone,
  cohorts,
  cosine,
  largestShare,
  type Own,
  opened,
  trained,
  weighted,
} from './weighed-sum.ts';

const { training, model } = assignmentOf({ now: () => 0, at: () => () => {} }).plan;
/** What rounding adds to a cosine. */
const rounding = 0.02;

/** `devices` of which the first has all that a plan counts, and the others as little as there is. */
const uneven = (devices: number): Own[] =>
  Array.from({ length: devices }, (_, i) => ({
    delta: alone(i),
    examples: i === 0 ? 100 : 1,
    loss: i === 0 ? 10 : 1,
  }));

/** A plan that weighs devices by the power q of their losses. */
const fairly = (ratio: number, q: number, lipschitz: number, weightCap = 1_000) => {
  const update = weighted(ratio, weightCap);
  return { update, training: { ...training, fairness: { q, lipschitz, unit: 1 / update.leastWeight! } } };
};

/** What a device does with a plan: messages that it gave away, and the floors that it names. */
async function asked(plan: Partial<Plan>, floors: Floors = {}) {
  const victim = await new Victim({ floors }).connect();
  await victim.assign('r1', plan);
  return { given: victim.given, floors: victim.floors };
}

const declined = { given: 0, floors: ['mostShare'] };
const taken = { given: 1, floors: [] };

describe('a coordinator that would have one device weigh as much as a sum', () => {
  const { honest: _, ...smallest } = cohorts[0];

  it('RD26: gets nothing for weights by examples up to 65,536, which open one update without the rule', async () => {
    const plan = { update: { ...weighted(65_536, 65_536), bits: 8 }, largestCohort: 60 };
    expect(await asked(plan)).toEqual(declined);
    expect(await asked(plan, { mostShare: 1 })).toEqual(taken);
    const all = uneven(60);
    expect(cosine(opened(all, plan).delta, all[0]!.delta)).toBeGreaterThan(0.99);
  });

  it('RD20 RD26: gets nothing for losses to the power of 20, which open one update without the rule', async () => {
    const plan = { ...fairly(16_384, 20, 10, 16_384), largestCohort: 60 };
    const update = { ...plan.update, bits: 8 };
    expect(await asked({ ...plan, update })).toEqual(declined);
    expect(await asked({ ...plan, update }, { mostShare: 1 })).toEqual(taken);
    // So did devices before, which had no smallest weight.
    const { leastWeight: _, ...open } = update;
    expect(await asked({ ...plan, update: open }, { mostShare: 1 })).toEqual(declined);
    const losses = [0.8, 1, 1.3, 1.8];
    const all = uneven(60).map((own, i) => ({ ...own, loss: losses[i] ?? 0.9 }));
    const fairness = { q: 20, lipschitz: 1e-6, unit: 1 };
    const mean = opened(all, { update, training: { ...training, fairness }, largestCohort: 60 });
    expect(cosine(mean.delta, all[3]!.delta)).toBeGreaterThan(0.99);
  });

  it('RD26: gets nothing for one weight of 16 among ones, in cohorts of 20 and of 80', async () => {
    for (const { honest, ...cohort } of cohorts.slice(0, 2)) {
      const plan = { update: weighted(16, 16), ...cohort };
      expect(await asked(plan)).toEqual(declined);
      expect(await asked(plan, { mostShare: 1 })).toEqual(taken);
      const all = uneven(honest);
      expect(cosine(opened(all, plan).delta, all[0]!.delta)).toBeGreaterThan(0.89);
    }
  });

  it('RD26: gets no wider weights for a large cohort that its smallest sum is far below', async () => {
    for (const largestCohort of [60, 1_000, 100_000])
      expect(await asked({ update: weighted(2.2), largestCohort, leastSum: 16 })).toEqual(declined);
    // Sixteen of a hundred thousand may all be corrupt.
    expect(await asked({ update: weighted(1.01), largestCohort: 100_000 })).toEqual(declined);
    expect(await asked({ update: weighted(1), largestCohort: 100_000 })).toEqual(taken);
  });

  it.each<[string, object, number]>([
    [
      'groups',
      { masking: { groups: 4 }, strategy: inGroups(median()), cohort: { goal: 80, minimum: 64 } },
      20,
    ],
    ['parts', { masking: {}, cohort: { goal: 80, minimum: 64, cells: 4 } }, 80],
  ])(
    'RD26: gets no wider weights for a cohort in %s than the smallest sum of one has room for',
    async (_, of, largestCohort) => {
      const { update, leastSum, ...task } = defineTask({
        name: 'keyboard',
        model: () => Promise.reject(new Error('Nothing is built.')),
        plan: { learningRate: 0.1 },
        update: { clip: 1, weighting: 'examples', weightCap: 1_000 },
        schedule: { every: '5 min' },
        ...of,
        cohort: { ...(of as TaskDefinition).cohort, overSelection: 1 },
      } as TaskDefinition);
      expect([leastSum, largestSumOf(task)]).toEqual([16, largestCohort]);
      const leastWeight = update.leastWeight!;
      expect(await asked({ update, largestCohort, leastSum: leastSum! })).toEqual(taken);
      const wider = { ...update, leastWeight: leastWeight - 1 };
      expect(await asked({ update: wider, largestCohort, leastSum: leastSum! })).toEqual(declined);
      // In one sum of the whole cohort it may be so.
      expect(await asked({ update: wider, largestCohort: 80, leastSum: 64 })).toEqual(taken);
    },
  );

  it('RD26: gets nothing more for more versions, whose weights differ by their age', async () => {
    const floors = { mostVersions: 64 } as const;
    const bases = Array.from({ length: 5 }, (_, s) => ({
      model: s === 0 ? model : (`${s}`.repeat(64) as typeof model),
      weight: stalenessWeight(s),
    }));
    const plan = { update: weighted(1), ...smallest, bases };
    expect(await asked(plan, floors)).toEqual(declined);
    const less = { ...plan, bases: bases.slice(0, 4) };
    // It has nothing to send; the floor has no objection.
    expect((await asked(less, floors)).floors).toEqual([]);
  });

  it('RD26: opens no sum that is smaller than its plan says, though it is at the floor', async () => {
    const plan = { update: weighted(2.3), largestCohort: 20, leastSum: 18 };
    expect(await asked({ ...plan, leastSum: 16 })).toEqual(declined);
    const reveals: number[] = [];
    for (const lost of [2, 4]) {
      const victim = await new Victim().connect();
      const assignment = await victim.assign('r1', plan);
      const told = new Told(victim, assignment, 19);
      await told.untilUpload();
      await told.tell('survivors', told.peers.statement(lost));
      expect(victim.left).toEqual(lost === 2 ? [] : ['secagg.too-few']);
      reveals.push(victim.coordinator.asked.agree.length);
    }
    // Of sums of 18, and of 16.
    expect(reveals).toEqual([1, 0]);
  });

  it('RD26: gets no shares for a smallest sum that is raised falsely', async () => {
    const plan = { update: weighted(9), largestCohort: 330, leastSum: 317 };
    const victim = await new Victim().connect();
    const assignment = await victim.assign('r1', plan);
    const { keys, enrol, shares, leave } = victim.coordinator.asked;
    expect([keys.length, victim.floors]).toEqual([1, []]);
    const parameters = { graph: 'complete', devices: 60, neighbours: 59, threshold: 41 } as const;
    const message = lyingRoster(assignment, parameters, enrol[0]!.publicKey, keys[0]!.message);
    victim.coordinator.send('roster', {
      round: assignment.round,
      assignment: assignment.assignment,
      message,
    });
    await victim.clock.advance(0);
    expect([shares.length, leave.length, victim.coordinator.uploads.length]).toEqual([0, 1, 0]);
  });

  it('QU6: gets no version of updates lighter than the smallest weight of their plan', () => {
    const all = uneven(15);
    const plan = { update: weighted(2), ...smallest };
    expect(opened(all, plan).weight).toBe(1_000 + 14 * 500);
    // They are told apart by the sum of weights alone.
    const light = { ...plan, update: { ...plan.update, leastWeight: 400 } };
    expect(opened(all, light).weight).toBe(1_000 + 14 * 400);
    expect(codeOf(() => opened(all, plan, light))).toBe('update.impossible');
  });
});

describe.each(cohorts)('RD26: no update stands out of a sum of $honest honest devices', cohort => {
  const { honest, ...rest } = cohort;
  const all = uneven(honest);
  const ratio = allowed(rest);
  const inCohort = (plan: Partial<Plan>): Partial<Plan> => ({ ...plan, largestCohort: rest.largestCohort });

  it('allows as much as the table of the rule says', async () => {
    expect(ratio).toBeCloseTo({ 15: 2.16, 60: 4.43, 300: 9.98 }[honest], 2);
    expect(await asked({ update: weighted(ratio), ...rest })).toEqual(taken);
    expect(await asked({ update: weighted(1.02 * ratio), ...rest })).toEqual(declined);
  });

  it('weighed by examples', () => {
    expect(largestShare(all, opened(all, inCohort({ update: weighted(ratio) })).delta)).toBeLessThan(
      0.5 + rounding,
    );
    // Twice as far apart, it does.
    const beyond = opened(all, inCohort({ update: weighted(2 * ratio) }));
    expect(largestShare(all, beyond.delta)).toBeGreaterThan(0.6);
  });

  it.each([1e-6, 1, 100])('weighed by losses from 1 to 10, Lipschitz %d', lipschitz => {
    const plan = inCohort(fairly(ratio, 20, lipschitz));
    expect(largestShare(all, opened(all, plan).delta)).toBeLessThan(0.5 + rounding);
  });

  it('from as many versions as are allowed', () => {
    const most = Math.floor(Math.min(64, ratio ** 2));
    for (const versions of [1, 2, 3, 8, most].filter(each => each <= most)) {
      const oldest = stalenessWeight(versions - 1);
      const sent = all.map(({ delta, ...own }, i) => ({
        ...own,
        delta: i === 0 ? delta : delta.map(value => value * oldest),
      }));
      const update = weighted(ratio / Math.sqrt(versions));
      expect(largestShare(all, opened(sent, inCohort({ update })).delta)).toBeLessThan(0.5 + 2 * rounding);
    }
  });

  it('in both halves of what is sent with control variates', () => {
    const both = all.map((own, i) => ({ ...own, control: alone(honest - 1 - i) }));
    const control = { file: model, clip: 1, rounds: [] };
    const mean = opened(both, inCohort({ update: weighted(ratio), control }));
    expect(largestShare(all, mean.delta)).toBeLessThan(0.5 + rounding);
    const changes = both.map(own => ({ ...own, delta: own.control }));
    expect(largestShare(changes, mean.control!)).toBeLessThan(0.5 + rounding);
  });

  it('prints what stands out of updates as they were trained, longer ones for more', () => {
    const own = trained(honest);
    const figures = [
      ['uniform', { update: { ...weighted(1), weighting: 'uniform', weightCap: 1, leastWeight: 1 } }],
      ['examples', { update: weighted(ratio) }],
      ['losses', fairly(ratio, 20, 1)],
    ] as const;
    const shares = figures.map(([name, plan]) => {
      const share = largestShare(own, opened(own, inCohort(plan)).delta);
      return `${name} ${share.toFixed(3)}`;
    });
    expect(shares).toHaveLength(3);
    process.stdout.write(`Largest cosine with a sum of ${honest}, as trained: ${shares.join(', ')}.\n`);
  });
});
