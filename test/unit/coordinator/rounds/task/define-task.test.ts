import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { plan } from '@murmuration/protocol/messages/plan';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { planOf } from '@murmuration/rounds/rounds/terms-of';
import { adaptiveClip } from '@murmuration/rounds/strategy/adaptive-clip';
import { bulyan } from '@murmuration/rounds/strategy/bulyan';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { settingsOf, withSettings } from '@murmuration/rounds/task/settings';
import { cohortSizeOf, largestSumOf } from '@murmuration/rounds/task/task';
import { describe, expect, it } from 'vitest';

const least: TaskDefinition = {
  name: 'line',
  model: () => {
    throw new Error('Nothing is built while a task is defined.');
  },
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { goal: 10, minimum: 5 },
  schedule: { every: '5 min' },
};

describe('a task', () => {
  it('has defaults for what is left out', () => {
    expect(defineTask(least)).toMatchObject({
      name: 'line',
      planVersion: 1,
      training: {
        epochs: 1,
        batchSize: 16,
        learningRate: 0.1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 5_000,
      },
      update: { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap: 32 },
      masking: null,
      cohort: { goal: 10, minimum: 5, overSelection: 1.3 },
      deadlines: { gathering: 30_000, updates: 180_000 },
      interval: 300_000,
      uploadSlot: 30_000,
      eligibility: {
        minExamples: 1,
        idle: false,
        charging: false,
        unmetered: false,
        minSdk: '0.0.0',
      },
      strategy: { name: 'fedAvg' },
      evaluator: null,
    });
  });

  it('UP12: leaves devices the time for their upload slots', () => {
    const change = { deadlines: { updates: '89 s' } };
    expect(() => defineTask({ ...least, ...change })).toThrow(/deadlines\.updates must be .* not 89000 ms/);
    expect(defineTask({ ...least, ...change, uploadSlot: 0 }).uploadSlot).toBe(0);
    expect(defineTask({ ...least, uploadSlot: '1 min' }).uploadSlot).toBe(60_000);
  });

  it('samples the softmax only where it says so', () => {
    expect(defineTask(least).training).not.toHaveProperty('sampledSoftmax');
    const sampled = { ...least, plan: { ...least.plan, sampledSoftmax: { negatives: 500 } } };
    expect(defineTask(sampled).training.sampledSoftmax).toEqual({ negatives: 500 });
    const none = { ...least, plan: { ...least.plan, sampledSoftmax: { negatives: 0 } } };
    expect(() => defineTask(none)).toThrow('plan.sampledSoftmax.negatives');
  });

  it('has another optimiser only where it says so, and with what it goes with', () => {
    expect(defineTask(least).training).not.toHaveProperty('optimizer');
    const by = (optimizer: unknown, strategy?: unknown) =>
      defineTask({
        ...least,
        plan: { ...least.plan, optimizer },
        ...(strategy ? { strategy } : {}),
      } as never);
    expect(by('momentum').training.optimizer).toEqual({ kind: 'momentum', momentum: 0.9 });
    expect(by('adam').training.optimizer).toEqual({ kind: 'adam', momentum: 0.9 });
    expect(() => by({ kind: 'adam', squares: 0.99 })).toThrow(/plan\.optimizer: this setting was removed/);
    expect(() => by('adam', qFedAvg({ q: 1 }))).toThrow(
      /plan\.optimizer can't be combined with the strategy qFedAvg/,
    );
  });

  it('masks unless it says otherwise', () => {
    const { masking: _, ...rest } = least;
    expect(defineTask(rest as TaskDefinition).masking).toMatchObject({ threat: 'malicious' });
  });

  it('cuts a masked cohort into groups, of which plans say nothing', () => {
    const task = defineTask({
      ...least,
      masking: { groups: 5, smallestGroup: 10 },
      strategy: inGroups(median()),
      cohort: { goal: 100, minimum: 50 },
    } as TaskDefinition);
    expect(task.groups).toEqual({ count: 5, smallest: 10 });
    expect(Object.keys(task.masking!).sort()).toEqual(['corrupt', 'dropping', 'graph', 'threat']);
    expect([cohortSizeOf(task), largestSumOf(task)]).toEqual([130, 26]);
    expect(defineTask({ ...least, masking: {} } as TaskDefinition).groups).toBeNull();
  });

  it('spreads rounds over cells, of which plans say nothing', () => {
    const cells = { goal: 100, minimum: 50, cells: 4 };
    const task = defineTask({ ...least, masking: { smallestGroup: 10 }, cohort: cells } as TaskDefinition);
    expect(task.spread).toEqual({ count: 4, smallest: 10 });
    expect(Object.keys(task.masking!).sort()).toEqual(['corrupt', 'dropping', 'graph', 'threat']);
    // The sum of all parts has to fit the ring.
    expect(largestSumOf(task)).toBe(130);
    const plain = defineTask({
      ...least,
      masking: 'off',
      cohort: { ...cells, minimum: 4 },
    } as TaskDefinition);
    expect(plain.spread).toEqual({ count: 4, smallest: 1 });
    expect(defineTask(least as TaskDefinition).spread).toBeNull();
  });

  it.each<[object, RegExp]>([
    [
      { cohort: { goal: 60, minimum: 40, cells: 4 } },
      /minimum must be at least 64 for 4 cells with at least 16 updates each, not 40/,
    ],
    [
      { strategy: inGroups(median()), masking: { groups: 2 } },
      /cells must be 1 for the strategy groups\.median, .* not 4/,
    ],
    [{ strategy: median(), masking: 'off' }, /cells must be 1 for the strategy median, .* not 4/],
    [
      { masking: 'off', update: { clip: 1, kind: 'float32' } },
      /cells must be 1 for update\.kind "float32", not 4/,
    ],
    [
      { masking: 'off', update: { clip: 1, compression: { kind: 'topK', fraction: 0.1 } } },
      /cells must be 1 for update\.compression "topK", not 4/,
    ],
    [
      {
        privacy: { epsilon: 8, delta: 1e-6, rounds: 10, noise: 'skellam' },
        update: { clip: 1, weighting: 'uniform' },
      },
      /cells must be 1 for noise by devices, not 4: .* each would need the noise of a whole round/,
    ],
    [
      { queries: [defineQuery({ name: 'taken', kind: 'count', threshold: 21 })] },
      /goal must be at least 84 for 4 cells and queries that ask for 21 devices \("taken"\), not 80/,
    ],
    [
      {
        queries: [
          defineQuery({
            name: 'taken',
            kind: 'count',
            threshold: 16,
            privacy: { epsilon: 4, delta: 1e-6, rounds: 4 },
          }),
        ],
      },
      /cells must be 1 with noise in answers \("taken"\), .* not 4/,
    ],
    [
      {
        queries: [
          {
            query: defineQuery({
              name: 'better',
              kind: 'arm',
              outcomes: ['accepted', 'ignored'],
              threshold: 16,
            }),
            every: '1 h',
          },
        ],
      },
      /cells must be 1 with queries about arms \("better"\), .* not 4/,
    ],
    [
      { cohort: { mode: 'asynchronous', goal: 80, concurrency: 100, cells: 4 } },
      /cells must be 1 for an asynchronous task, not 4/,
    ],
    [{ cohort: { goal: 80, minimum: 70, cells: 65 } }, /cohort\.cells: expected a whole number from 1 to 64/],
  ])('does not spread what is not one sum in a ring: %j', (change, message) => {
    const spread = { ...least, masking: {}, cohort: { goal: 80, minimum: 70, cells: 4 } };
    expect(() => defineTask({ ...spread, ...change } as TaskDefinition)).toThrow(message);
  });

  it.each([
    ['1500 ms', 1_500],
    ['1.5 min', 90_000],
    ['2h', 7_200_000],
    ['1 d', 86_400_000],
    [250, 250],
  ])('takes %j for %i ms', (every, ms) => {
    expect(defineTask({ ...least, schedule: { every } }).interval).toBe(ms);
  });

  it.each([
    [10, 1.3, 13],
    [100, 1.1, 110],
    [40, 1.3, 52],
    [3, 1.34, 5],
    [5, 1, 5],
    [5, 1.3, 7],
    [1, 1, 1],
  ])('of goal %i with over-selection %f chooses %i devices', (goal, overSelection, size) => {
    expect(cohortSizeOf(defineTask({ ...least, cohort: { goal, minimum: 1, overSelection } }))).toBe(size);
  });

  const { plan: training, cohort } = least;
  it.each([
    [{ name: 'Line' }, /lower-case letter/],
    [{ name: 3 }, /name: expected .*; found 3/],
    [{ model: {} }, /model: expected a function that makes the model/],
    [{ plan: { ...training, epochs: 0 } }, /plan\.epochs: expected a whole number from 1 .*; found 0/],
    [{ plan: { ...training, batchSize: 1.5 } }, /plan\.batchSize: expected a whole number .*found 1\.5/],
    [{ plan: {} }, /plan\.learningRate: .*number.*it is missing/],
    [{ plan: { learningRate: Number.NaN } }, /plan\.learningRate: .*number/],
    ...[Number.NaN, 0.5, 'soon'].map((every): [object, RegExp] => [
      {
        queries: [{ query: defineQuery({ name: 'q', kind: 'count', threshold: 20, period: '1 d' }), every }],
      },
      /queries\.0\.every: expected a time such as "30 s"/,
    ]),
    [{ plan: { learningRate: 0 } }, /plan\.learningRate: expected a number above 0/],
    [{ plan: { ...training, proximal: -1 } }, /plan\.proximal: expected a number (from|of at least) 0/],
    [{ plan: { ...training, momentum: 0.9 } }, /plan\.momentum: there is no such field/],
    [{ update: { clip: 1, kind: 'float16' } }, /update\.kind: expected "ring" or "float32"; found "float16"/],
    [{ update: { clip: 1, bits: 25 } }, /update\.bits: expected a whole number from \d+ to 24; found 25/],
    [{ update: {} }, /update\.clip: .*it is missing/],
    [{ cohort: { goal: 0, minimum: 1 } }, /cohort\.goal: expected a whole number from 1/],
    [{ cohort: { goal: 3, minimum: 4 } }, /cohort\.minimum must be at most cohort\.goal \(3\), not 4/],
    [
      { cohort: { ...cohort, overSelection: 0.9 } },
      /cohort\.overSelection: expected a number (from|of at least) 1/,
    ],
    [
      { cohort: { goal: 500_000, minimum: 1, overSelection: 3 }, update: { clip: 1, bits: 2, weightCap: 1 } },
      /at most 1000000 devices/,
    ],
    [{ deadlines: { updates: 'soon' } }, /deadlines\.updates: expected a time such as "30 s".*found "soon"/],
    [{ deadlines: { updates: true } }, /deadlines\.updates: expected a time such as "30 s".*found true/],
    [{ deadlines: { gathering: '-1 s' } }, /deadlines\.gathering: expected a time/],
    [{ schedule: { every: '400 d' } }, /schedule\.every: expected a time .* up to a year; found "400 d"/],
    [{ schedule: {} }, /schedule\.every: .*it is missing/],
    [{ eligibility: { minSdk: 'new' } }, /eligibility\.minSdk: expected a version such as "0\.1\.0"/],
    [{ strategy: { name: 'mine' } }, /strategy: expected a strategy such as fedAvg\(\).*"consumes"/],
    [
      { strategy: { ...fedAvg(), consumes: 'all' } },
      /strategy: expected a strategy .*"sum", "each" or "groups"/,
    ],
    [{ evaluation: () => 1 }, /evaluation: expected an evaluator such as workerEvaluator/],
    [{ masking: 'on' }, /masking: .*"off".*object.*found "on"/],
    [
      { masking: { threat: 'none' } },
      /masking\.threat: expected one of "honest-but-curious", .*found "none"/,
    ],
    [{ masking: { corrupt: 1 } }, /masking\.corrupt: expected a number .*below 1/],
    [{ masking: {}, update: { clip: 1, kind: 'float32' } }, /update\.kind "float32" can't be masked/],
    [
      { masking: {}, strategy: median() },
      /the strategy median needs single updates, and masking shows only their sum; set masking "off"/,
    ],
    [
      { masking: { groups: 4 }, strategy: inGroups(median()), cohort: { goal: 80, minimum: 60 } },
      /cohort\.minimum must be at least 64 for 4 groups of at least 16 updates, not 60 \(of a goal of 80\); it would be enough for 3 groups/,
    ],
    [
      { masking: { groups: 4 }, strategy: inGroups(median()), cohort: { goal: 20, minimum: 17 } },
      /cohort\.minimum must be at least 64 for 4 groups of at least 16 updates, not 17 \(of a goal of 20\)\. /,
    ],
    [
      { masking: {}, strategy: inGroups(median()) },
      /masking\.groups must be at least 2 for the strategy groups\.median, not 1/,
    ],
    [
      {
        masking: { groups: 6 },
        strategy: inGroups(bulyan({ attackers: 1 })),
        cohort: { goal: 200, minimum: 180 },
      },
      /masking\.groups must be at least 7 for the strategy groups\.bulyan, not 6/,
    ],
    [{ masking: { groups: 2 } }, /masking\.groups must be 1 for the strategy fedAvg, not 2/],
    [{ strategy: inGroups(median()) }, /groups\.median takes the means of masked groups, and masking is off/],
    [
      { masking: { smallestGroup: 2 } },
      /masking\.smallestGroup: expected a whole number (from|of at least) 3/,
    ],
    [
      { cohort: { goal: 10, minimum: 6 }, strategy: bulyan({ attackers: 1 }) },
      /cohort\.minimum must be at least 7 for the strategy bulyan, not 6/,
    ],
    [
      { cohort: { goal: 1_001, minimum: 1 }, strategy: trimmedMean() },
      /the strategy trimmedMean keeps every update of a round in memory; cohort\.goal is at most 1000 then, not 1001/,
    ],
    [{ aggregation: 1 }, /The task: aggregation: there is no such field/],
  ])('%j: names the field and what it may be', (change, message) => {
    expect(() => defineTask({ ...least, ...change } as TaskDefinition)).toThrow(message);
  });

  it('is refused where a sum of its updates could wrap', () => {
    const wide = { clip: 1, bits: 24, weightCap: 65_536 };
    expect(() => defineTask({ ...least, update: wide })).toThrow(
      expect.objectContaining({ code: 'config.ring' }),
    );
    // Uniform weights are all 1, whatever the cap.
    expect(
      defineTask({ ...least, update: { ...wide, bits: 20, weighting: 'uniform' } }).update.weightCap,
    ).toBe(1);
    expect(defineTask({ ...least, update: { ...wide, kind: 'float32' } }).update.kind).toBe('float32');
  });

  it('takes a strategy of single updates without masking only, which the compiler knows as well', () => {
    const unmasked = { ...least, masking: 'off', strategy: median() } as const;
    expect(defineTask(unmasked).strategy.consumes).toBe('each');
    const { masking: _, ...rest } = unmasked;
    // @ts-expect-error masking is on where nothing else is said
    const masked: TaskDefinition = rest;
    expect(() => defineTask(masked)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('gives devices a plan that they take, at the limits of each field', () => {
    for (const change of [
      {},
      {
        plan: {
          learningRate: 1_000,
          epochs: 100,
          batchSize: 4_096,
          proximal: 1_000,
          gradientClip: 1e6,
          maxExamples: 1e6,
        },
      },
      { update: { clip: 1e6, kind: 'float32' as const, bits: 24, weightCap: 65_536 } },
      {
        cohort: { goal: 1_000_000, minimum: 1, overSelection: 1 },
        update: { clip: 1, bits: 2, weightCap: 1 },
      },
    ]) {
      const task = defineTask({ ...least, ...change });
      const message = {
        task: task.name,
        version: task.planVersion,
        model: '0'.repeat(64),
        training: task.training,
        update: task.update,
        masking: task.masking,
        largestCohort: cohortSizeOf(task),
        grace: task.deadlines.grace,
      };
      expect(plan.safeParse(message).error).toBeUndefined();
    }
  });
});

describe('RD26: a masked task', () => {
  const masked = (change: object = {}): TaskDefinition => {
    const { masking: _, ...rest } = { ...least, cohort: { goal: 20, minimum: 16, overSelection: 1 } };
    return { ...rest, ...change } as TaskDefinition;
  };
  const byExamples = (weightCap: number, change: object = {}) =>
    defineTask(masked({ update: { clip: 1, weighting: 'examples', weightCap }, ...change }));

  it('weighs all devices alike where it says nothing, by plans without a new field', () => {
    const task = defineTask(masked());
    expect(task.update).toEqual({ kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 });
    expect(task).not.toHaveProperty('leastSum');
    const version = { model: '0'.repeat(64) as ModelHash, parent: null };
    expect(Object.keys(planOf(task, version, {}))).not.toContain('leastSum');
  });

  it('has the smallest weight that default floors take, for its smallest sum', () => {
    const { update, leastSum } = byExamples(1_000);
    expect([update.leastWeight, leastSum]).toEqual([463, 16]);
    const large = { goal: 317, minimum: 317, overSelection: 1 };
    const complete = byExamples(1_000, { cohort: large, masking: { graph: 'complete' } });
    expect([complete.update.leastWeight, complete.leastSum]).toEqual([100, 317]);
    // A coordinator that lies can open smaller sums of a sparse graph.
    const sparse = byExamples(1_000, { cohort: { goal: 1_000, minimum: 900, overSelection: 1.3 } });
    expect(sparse.leastSum).toBeLessThan(300);
    expect(sparse.update.leastWeight).toBeGreaterThan(100);
    // Sixteen of more than a thousand may all be corrupt.
    expect(byExamples(8, { cohort: { goal: 1_000, minimum: 16 } }).update.leastWeight).toBe(8);
  });

  it('has that of its groups, and that of its parts', () => {
    const cohort = { goal: 200, minimum: 160, overSelection: 1 };
    const groups = byExamples(1_000, {
      cohort,
      masking: { groups: 5, smallestGroup: 30 },
      strategy: inGroups(trimmedMean()),
    });
    expect(groups.leastSum).toBe(30);
    expect(groups.update.leastWeight).toBe(Math.ceil(1_000 / (0.5 * Math.sqrt(27 / 0.75))));
    const parts = byExamples(1_000, {
      cohort: { ...cohort, cells: 4 },
      masking: { smallestGroup: 40, graph: 'complete' },
    });
    expect(parts.leastSum).toBe(40);
  });

  it('has that of buffers with updates of several versions', () => {
    const cohort = { mode: 'asynchronous', goal: 20, minimum: 16, overSelection: 1, concurrency: 20 };
    const by = (maxStaleness: number) =>
      byExamples(1_000, { cohort: { ...cohort, maxStaleness } }).update.leastWeight;
    expect([by(0), by(3), by(20)]).toEqual([463, 926, 1_000]);
  });

  it('keeps what operators see and set', () => {
    const task = byExamples(1_000);
    expect(settingsOf(task).update).not.toHaveProperty('leastWeight');
    const other = withSettings(task, { update: { weightCap: 100 } }, 2);
    expect(other.update.leastWeight).toBe(47);
    expect(withSettings(task, { update: { weighting: 'uniform' } }, 2)).not.toHaveProperty('leastSum');
  });

  it('has none of it without masks, but where losses weigh', () => {
    expect(defineTask(least).update).not.toHaveProperty('leastWeight');
    const fair = defineTask({ ...least, strategy: qFedAvg() });
    expect([fair.update.leastWeight, fair.leastSum]).toEqual([1, undefined]);
    expect(() => defineTask({ ...least, strategy: qFedAvg(), update: { clip: 1, kind: 'float32' } })).toThrow(
      /set update\.kind "ring"/,
    );
  });
});

describe('a task whose devices weigh updates by their losses', () => {
  const fair: TaskDefinition = { ...least, strategy: qFedAvg() };

  it('has weights that are fine enough, or those that it names', () => {
    expect(defineTask(fair).update.weightCap).toBe(4_096);
    expect(defineTask({ ...fair, update: { clip: 1, weighting: 'uniform' } }).update.weightCap).toBe(4_096);
    expect(defineTask({ ...fair, update: { clip: 1, weightCap: 1_024 } }).update.weightCap).toBe(1_024);
    expect(defineTask({ ...fair, masking: {}, cohort: { goal: 60, minimum: 50 } }).update.weightCap).toBe(
      4_096,
    );
  });

  it.each<[string, object, string]>([
    ['coarse weights', { update: { clip: 1, weightCap: 32 } }, 'update.weightCap 32 is too coarse'],
    [
      'a privacy budget',
      { update: { clip: 1, weighting: 'uniform' }, privacy: { epsilon: 4, delta: 1e-6, rounds: 10 } },
      'a privacy budget takes equal weights',
    ],
    [
      'devices that train from several versions',
      { cohort: { mode: 'asynchronous', goal: 10, concurrency: 20 } },
      'compares the losses of one model',
    ],
    ['a sum without room', { update: { clip: 1, bits: 24 } }, 'the largest weight cap that fits is 16'],
  ])('is refused with %s', (_, change, text) => {
    expect(() => defineTask({ ...fair, ...change } as TaskDefinition)).toThrow(text);
  });
});

describe('a task whose devices correct their steps', () => {
  const corrected: TaskDefinition = {
    ...least,
    update: { clip: 1, weighting: 'uniform' },
    strategy: scaffold({ population: 1_000 }),
  };

  it('masks, or does not', () => {
    expect(defineTask(corrected).update.weightCap).toBe(1);
    const masked = { ...corrected, masking: {}, cohort: { goal: 60, minimum: 50 } } as TaskDefinition;
    expect(defineTask(masked).masking).not.toBeNull();
  });

  it.each<[string, object, string]>([
    [
      'updates without quantisation',
      { update: { kind: 'float32', clip: 1, weighting: 'uniform' } },
      'update.kind "ring"',
    ],
    ['weights by examples', { update: { clip: 1 } }, 'update.weighting "uniform", not "examples"'],
    ['the pull of FedProx', { plan: { learningRate: 0.1, proximal: 0.5 } }, 'plan.proximal 0, not 0.5'],
    ['private layers', { plan: { learningRate: 0.1, privateLayers: ['own'] } }, 'plan.privateLayers'],
    [
      'a privacy budget',
      { privacy: { epsilon: 4, delta: 1e-6, rounds: 10 } },
      'sends twice the values of an update, and a privacy budget adds noise to the update only',
    ],
    [
      'devices that train from several versions',
      { cohort: { mode: 'asynchronous', goal: 10, concurrency: 20 } },
      'corrects steps by the control variate of one version',
    ],
    [
      'fewer devices than a round wants',
      { strategy: scaffold({ population: 1 }) },
      'a population of 1, and cohort.goal is',
    ],
  ])('is refused with %s', (_, change, text) => {
    expect(() => defineTask({ ...corrected, ...change } as TaskDefinition)).toThrow(text);
  });
});

describe('a task that clips each layer', () => {
  const layered = (change: Partial<TaskDefinition> = {}) =>
    ({
      ...least,
      ...change,
      update: { ...least.update, ...change.update, perLayer: true },
    }) as TaskDefinition;

  it('says so in its plan, and nothing where it does not', () => {
    const task = defineTask(layered());
    expect(task.update.perLayer).toBe(true);
    expect(withSettings(task, { update: { perLayer: false } }, 2).update).not.toHaveProperty('perLayer');
    expect(settingsOf(task).update.perLayer).toBe(true);
    expect(defineTask(least).update).not.toHaveProperty('perLayer');
  });

  it.each<[string, object, string]>([
    [
      'values that are left out',
      { update: { compression: { kind: 'topK', fraction: 0.01 } } },
      'sends parts of them',
    ],
    ['weights by losses', { strategy: qFedAvg() }, 'has no single norm'],
    ['a clip that moves', { strategy: adaptiveClip(fedAvg(), { initial: 0.1 }) }, 'has no single norm'],
  ])('is refused with %s', (_, change, text) => {
    expect(() => defineTask(layered(change as Partial<TaskDefinition>))).toThrow(text);
  });

  it('is refused where it comes by its settings, too', () => {
    const moving = defineTask({ ...least, strategy: adaptiveClip(fedAvg(), { initial: 0.1 }) });
    expect(() => withSettings(moving, { update: { perLayer: true } }, 2)).toThrow('has no single norm');
  });
});

describe('a task whose devices send some of the values', () => {
  const compressed = (compression: object, { update, ...change }: Partial<TaskDefinition> = {}) =>
    ({ ...least, ...change, update: { ...least.update, ...update, compression } }) as TaskDefinition;

  it('keeps what is not sent as its kind does', () => {
    const { update } = defineTask(compressed({ kind: 'topK', fraction: 0.01 }));
    expect(update.compression).toEqual({ kind: 'topK', fraction: 0.01, feedback: true });
    const masked = { masking: {}, cohort: { goal: 60, minimum: 50 } };
    const mask = defineTask(compressed({ kind: 'randomMask', fraction: 0.1 }, masked as object));
    expect(mask.update.compression).toEqual({ kind: 'randomMask', fraction: 0.1, feedback: false });
    expect(defineTask(least).update).not.toHaveProperty('compression');
  });

  it('may be told by its settings to send all, or others', () => {
    const task = defineTask(compressed({ kind: 'topK', fraction: 0.01 }));
    const settings = settingsOf(task);
    expect(settings.update.compression).toEqual({ kind: 'topK', fraction: 0.01 });
    expect(withSettings(task, { update: { compression: null } }, 2).update).not.toHaveProperty('compression');
    const other = { kind: 'randomK', fraction: 0.2 };
    expect(withSettings(task, { update: { compression: other } }, 2).update.compression).toEqual({
      ...other,
      feedback: true,
    });
  });

  const topK = { kind: 'topK', fraction: 0.01 };
  const randomMask = { kind: 'randomMask', fraction: 0.1 };
  it.each<[string, object, object, string]>([
    [
      'masks on values of each device',
      topK,
      { masking: {}, cohort: { goal: 60, minimum: 50 } },
      "can't be masked",
    ],
    [
      'a privacy budget',
      randomMask,
      { update: { weighting: 'uniform' }, privacy: { epsilon: 4, delta: 1e-6, rounds: 10 } },
      'ε does not count that',
    ],
    [
      'buffers',
      randomMask,
      { cohort: { mode: 'asynchronous', goal: 10, concurrency: 20 } },
      'whose buffers take whole updates',
    ],
    ['updates without quantisation', topK, { update: { kind: 'float32' } }, 'set update.kind "ring"'],
    [
      'a strategy of single updates',
      topK,
      { masking: 'off', cohort: { goal: 20, minimum: 20 }, strategy: median() },
      '99 % of their values would be zeros',
    ],
    ['weights by losses', randomMask, { strategy: qFedAvg() }, 'needs whole updates'],
    [
      'control variates',
      randomMask,
      { update: { weighting: 'uniform' }, strategy: scaffold({ population: 1_000 }) },
      'needs whole updates',
    ],
    ['more bits than a value with a place has', topK, { update: { bits: 17 } }, '16 at most, not 17'],
    ['no share', { kind: 'topK', fraction: 0 }, {}, 'fraction'],
    ['more than all', { kind: 'topK', fraction: 1.1 }, {}, 'fraction'],
  ])('is refused with %s', (_, compression, change, text) => {
    expect(() => defineTask(compressed(compression, change))).toThrow(text);
  });
});

it('names the field that is missing to the compiler', () => {
  // @ts-expect-error Property 'minimum' is missing
  const task: TaskDefinition = { ...least, cohort: { goal: 3 } };
  expect(() => defineTask(task)).toThrow(/cohort\.minimum must be given/);
});
