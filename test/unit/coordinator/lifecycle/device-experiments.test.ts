import { type NewExperiment, newExperiment } from '@murmuration/api/experiment';
import { comparisonsOf, endOf } from '@murmuration/lifecycle/experiments/analysis';
import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { experimentMessage } from '@murmuration/lifecycle/experiments/messages';
import { ArmTally } from '@murmuration/lifecycle/experiments/tally';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { ArmQuery, AskedArm } from '@murmuration/protocol/queries/query';
import { encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import type { QueryResult } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { canary } from '@murmuration/rounds/task/task-promotion';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { uniform } from '../../monitoring/uniform.ts';
import { gated, name, openGated } from './gated-task.ts';

const query = defineQuery({
  name: 'by-arm',
  kind: 'arm',
  outcomes: ['accepted', 'ignored'],
  threshold: 10,
}) as ArmQuery;
const masked: Partial<TaskDefinition> = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  cohort: { goal: 40, minimum: 10 },
  queries: [
    { query, every: '1 h' },
    defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted'], threshold: 10 }),
  ],
};
const task = gated(null, masked);

const terms: NewExperiment = {
  name: 'on-devices',
  kind: 'ab',
  query: 'by-arm',
  arms: [
    { name: 'control', version: 1 },
    { name: 'fresh', version: 2 },
  ],
};

/** Versions 0 to 3 of which the newest is served, and experiments on devices whose results are `results`, newest first. */
async function open(results: QueryResult[] = [], before?: Awaited<ReturnType<typeof openGated>>) {
  const world = before ?? (await openGated(null, {}));
  if (!before) for (const top1 of [0.5, 0.6, 0.7]) world.moments.versionStored(await world.commit({ top1 }));
  await settled();
  const experiments = new Experiments({
    taskOf: () => task,
    versionAliases: world.versionAliases,
    history: world.storage.history,
    store: world.storage.experiments,
    queryResults: {
      results: async (_, __, below, limit) => results.filter(({ number }) => number < below).slice(0, limit),
    },
    moments: world.moments,
    events: world.events,
    clock: world.clock,
    random: seededRandom(5),
    isMeasured: false,
  });
  world.moments.join({ experiments });
  await experiments.open();
  return {
    world,
    results,
    experiments,
    begin: (given: NewExperiment = terms) => experiments.create(name, newExperiment.parse(given), 'Ada'),
    shown: async (of = 'on-devices') => {
      const found = await experiments.find(name, of);
      return { ...experimentMessage(found.experiment, found.tally), tally: found.tally };
    },
  };
}

type World = Awaited<ReturnType<typeof open>>;

const idsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `device ${from + at}` as DeviceId);

const modelOf = ({ experiments }: World, device: DeviceId) => experiments.ofDevice(name, device);

/** A round about the next arm, in which those of `ready` that have it say how many of ten predictions were accepted. */
async function round(
  world: World,
  ready: readonly DeviceId[],
  accepted: (isFresh: boolean) => number,
  { least = 10, lost = 0, failure = null as string | null } = {},
): Promise<AskedArm | undefined> {
  const {
    experiments,
    results,
    world: { moments },
  } = world;
  const arm = experiments.devices.next(name, query, least);
  if (!arm) return undefined;
  const asked = { ...query, arm };
  const label = `by-arm ${arm.experiment} ${arm.version}`;
  const drawn = ready
    .filter(id => experiments.devices.labels(name, id, ['by-arm']).includes(label))
    .slice(0, 40);
  const { arms } = await world.shown();
  const isFresh = experiments.models.indexOf(arm.version) === arms.length - 1;
  const sum = new Int32Array(queryForm(asked, 60).elements);
  for (const _ of drawn) {
    const counts = accepted(isFresh);
    const said = encodeAnswer(asked, { [arm.version]: { accepted: counts, ignored: 10 - counts } });
    for (const [at, element] of said.entries()) sum[at] = sum[at]! + element;
  }
  const number = (results[0]?.number ?? 0) + 1;
  const result = { task: name, query: asked, round: `r${number}`, number, startedAt: 0, endedAt: 0, failure };
  const found = failure === null ? figuresOf(asked, sum, drawn.length) : null;
  results.unshift({ ...result, figures: found, devices: found && drawn.length } as QueryResult);
  if (failure === null) experiments.devices.answered(name, arm, drawn);
  moments.roundEnded({ task: name, query: 'by-arm', number, tally: { lost } } as RoundRecord);
  await settled();
  return arm;
}

const come = ({ experiments }: World, devices: readonly DeviceId[]) => {
  for (const device of devices) experiments.devices.came(name, device, ['by-arm', 'live']);
};

describe('an experiment on devices', () => {
  it('splits devices, and no requests', async () => {
    const world = await open();
    const { arms } = await world.begin();
    const given = idsOf(200).map(device => modelOf(world, device));
    expect(new Set(given)).toEqual(new Set(arms.map(({ model }) => model)));
    expect(idsOf(200).map(device => modelOf(world, device))).toEqual(given);
    expect([world.experiments.served(name), world.experiments.splitOf(name)]).toEqual([[], 'on-devices']);
  });

  it('asks one arm at a time, those with the fewest rounds first, and nobody twice', async () => {
    const world = await open();
    await world.begin();
    const devices = idsOf(400);
    expect(await round(world, devices, () => 5)).toBeUndefined();
    come(world, devices);
    come(world, devices);
    const asked: (string | undefined)[] = [];
    for (let each = 0; each < 6; each++) asked.push((await round(world, devices, () => 5))?.version);
    expect(new Set(asked.slice(0, 2)).size).toBe(2);
    expect(asked).toEqual([...asked.slice(0, 2), ...asked.slice(0, 2), ...asked.slice(0, 2)]);
    const { arms, tally } = await world.shown();
    expect(arms.map(({ units, outcomes }) => [units > 150, outcomes])).toEqual([
      [true, 120],
      [true, 120],
    ]);
    const waiting = devices.filter(
      id => world.experiments.devices.labels(name, id, ['by-arm'])[0] !== 'by-arm',
    );
    expect(waiting).toHaveLength(400 - 240);
    expect(tally.ready('control') + tally.ready('fresh')).toBe(160);
    // Other queries are waited for as before.
    expect(world.experiments.devices.labels(name, devices[0]!, ['live'])).toEqual(['live']);
  });

  it('asks no arm of which fewer devices than the threshold have something to say: one of its own stays alone', async () => {
    const world = await open();
    const { arms } = await world.begin({
      ...terms,
      arms: [
        { name: 'control', version: 1, share: 0.97 },
        { name: 'fresh', version: 2, share: 0.03 },
      ],
    });
    const devices = idsOf(100);
    come(world, devices);
    const { tally } = await world.shown();
    expect(tally.ready('fresh')).toBeLessThan(10);
    expect(tally.ready('fresh')).toBeGreaterThan(0);
    for (let each = 0; each < 6; each++)
      expect([arms[0]!.model, undefined]).toContain((await round(world, devices, () => 5))?.version);
    expect((await world.shown()).arms[1]).toMatchObject({ outcomes: 0, answers: { rounds: 0 } });
  });

  it('asks about each of two experiments, and counts what is said of one for that', async () => {
    const world = await open();
    await world.begin({ ...terms, traffic: 0.5 });
    await world.begin({ ...terms, name: 'beside', traffic: 0.5 });
    const devices = idsOf(600);
    come(world, devices);
    const asked = new Set<string>();
    for (let each = 0; each < 4; each++) {
      const { experiment, version } = (await round(world, devices, () => 5))!;
      asked.add(`${experiment} ${version}`);
    }
    expect(asked.size).toBe(4);
    for (const of of ['on-devices', 'beside'])
      expect((await world.shown(of)).arms.map(({ outcomes }) => outcomes)).toEqual([40, 40]);
  });

  it('finds the better arm, with devices as units', async () => {
    const world = await open();
    await world.begin({ ...terms, planned: 400 });
    const random = uniform(3);
    const devices = idsOf(900);
    come(world, devices);
    for (let each = 0; each < 16; each++)
      await round(world, devices, isFresh => Math.round(10 * Math.min(1, random() * (isFresh ? 0.9 : 0.5))));
    await world.experiments.look();
    const said = await world.shown();
    expect(said.query).toBe('by-arm');
    expect(said.arms.map(({ outcomes, answers }) => [outcomes, answers!.predictions])).toEqual([
      [320, 3_200],
      [320, 3_200],
    ]);
    expect(said.verdict).toMatch(/^fresh is better than control by 0\.[12]/);
    // As wide as that of devices: of single predictions, of which there are ten times as many, it would be narrower.
    const [low, high] = said.arms[1]!.difference!.interval;
    expect(high! - low!).toBeGreaterThan(0.08);
    expect(said.sampleRatio!.p).toBeGreaterThan(0.05);
    await world.experiments.promote(name, 'on-devices', 'fresh', 'Ada');
    expect(world.world.champion()).toBe(2);
    expect(world.experiments.devices.isAsking(name, 'by-arm')).toBe(false);
  });

  it('is ended by a guard on what devices say', async () => {
    const world = await open();
    await world.begin({ ...terms, guards: [{ metric: 'accuracy', worseBy: 0.02 }] });
    const random = uniform(4);
    const devices = idsOf(2_000);
    come(world, devices);
    for (let each = 0; each < 30; each++) {
      await round(world, devices, isFresh => Math.round(10 * random() * (isFresh ? 0.4 : 0.9)));
      await world.experiments.look();
      if (!world.experiments.devices.isAsking(name, 'by-arm')) break;
    }
    expect(await world.shown()).toMatchObject({
      outcome: 'guarded',
      reason: expect.stringMatching(/^fresh has an accuracy of 0\.[12]/),
    });
  });

  it('counts each round once, also one that ended as the coordinator did, and goes on', async () => {
    const results: QueryResult[] = [];
    const first = await open(results);
    await first.begin();
    const devices = idsOf(300);
    come(first, devices);
    await round(first, devices, () => 5);
    await first.experiments.close();
    const kept = await first.shown();
    // Another round ends, and the coordinator with it: what it found is stored, and nothing else of it.
    const lost = await round(first, devices, () => 6);
    const second = await open(results, first.world);
    const said = await second.shown();
    expect(kept.arms.reduce((sum, { outcomes }) => sum + outcomes, 0)).toBe(40);
    expect(said.arms.map(({ outcomes }) => outcomes)).toEqual([40, 40]);
    expect(said.arms.reduce((sum, { units }) => sum + units, 0)).toBe(300);
    expect(second.experiments.devices.next(name, query, 10)?.version).not.toBe(lost?.version);
    await second.experiments.close();
    const third = await open(results, first.world);
    expect((await third.shown()).arms.map(({ outcomes }) => outcomes)).toEqual([40, 40]);
  });

  it('gives a canary more devices from step to step, and then everybody the version', async () => {
    const world = await open();
    await world.begin({
      name: 'on-devices',
      kind: 'canary',
      query: 'by-arm',
      arms: [{ name: 'fresh', version: 2 }],
      steps: [
        { share: 0.1, for: 60_000 },
        { share: 0.5, for: 60_000 },
      ],
      atLeast: 30,
    });
    const devices = idsOf(400);
    come(world, devices);
    for (let each = 0; each < 3; each++) await round(world, devices, () => 5);
    const before = (await world.shown()).tally.ready('fresh');
    await world.world.clock.advance(62_000);
    await world.experiments.look();
    expect((await world.shown()).step).toMatchObject({ number: 2 });
    // Those who have said nothing yet have another arm now; those who have are done.
    come(world, devices);
    const { tally, arms } = await world.shown();
    expect(tally.ready('fresh')).toBeGreaterThan(before + 80);
    expect(arms.reduce((sum, { units }) => sum + units, 0)).toBe(400);
    for (let each = 0; each < 4; each++) await round(world, devices, () => 5);
    await world.world.clock.advance(62_000);
    await world.experiments.look();
    expect([(await world.shown()).outcome, world.world.champion()]).toEqual(['promoted', 2]);
  });
});

describe('the split of devices', () => {
  const experiment = {
    kind: 'ab',
    metric: 'accuracy',
    alpha: 0.05,
    planned: 1_000,
    guards: [],
    query: 'by-arm',
    covariate: null,
    arms: ['a', 'b'].map(each => ({ name: each, number: 1, model: '' as never, share: 0.5 })),
  } as unknown as Experiment;

  it('is broken where devices of one arm stay away, or are lost when they are asked', () => {
    const away = new ArmTally(experiment);
    for (let unit = 0; unit < 20_000; unit++)
      if (unit % 2 === 0 || unit % 10 !== 1) away.came(unit % 2 ? 'b' : 'a', `${unit}`);
    expect(endOf(experiment, away)).toMatchObject({
      outcome: 'broken',
      reason: expect.stringMatching(/^Devices do not come, or answer, in all arms alike/),
    });
    const silent = new ArmTally(experiment);
    for (let number = 1; number <= 40; number++) {
      const lost = number % 2 ? 4 : 12;
      const found = { sums: { n: 40 - lost, sum: 10, squares: 5 }, predictions: 400, good: 100, lost };
      silent.asked(number % 2 ? 'a' : 'b', { number, found });
    }
    expect(endOf(experiment, silent)).toMatchObject({ outcome: 'broken' });
  });

  it('has no winner among equals, and is not broken, more often than it says, however often one looks', () => {
    const trials = 150;
    let [found, ended] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const tally = new ArmTally(experiment);
      const random = uniform(trial + 1);
      let [isFound, isEnded] = [false, false];
      for (let number = 1; number <= 60; number++) {
        const arm = number % 2 ? 'a' : 'b';
        for (let each = 0; each < 40; each++) tally.came(random() < 0.5 ? 'a' : 'b', `${number} ${each}`);
        let [sum, squares, n] = [0, 0, 0];
        for (let each = 0; each < 40; each++) {
          if (random() < 0.1) continue;
          // Devices differ far more than their predictions would if they were all alike.
          const rate = random() < 0.6 ? 0.1 : 0.9;
          n += 1;
          sum += rate;
          squares += rate ** 2;
        }
        tally.asked(arm, {
          number,
          found: { sums: { n, sum, squares }, predictions: n, good: 0, lost: 40 - n },
        });
        if (number % 2) continue;
        isFound ||= comparisonsOf(experiment, tally).some(({ isDecided }) => isDecided);
        isEnded ||= endOf(experiment, tally) !== undefined;
      }
      if (isFound) found += 1;
      if (isEnded) ended += 1;
    }
    expect(found / trials).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials));
    expect(ended / trials).toBeLessThanOrEqual(0.001 + 3 * Math.sqrt((0.001 * 0.999) / trials));
  });
});

describe('what can not be enforced, or measured, on devices', () => {
  // biome-ignore format: one refusal a line
  it.each([
    ['a mirror', { kind: 'mirror', arms: [{ name: 'fresh', version: 2 }] }, 'Nothing is mirrored on devices'],
    ['a covariate', { covariate: {} }, 'no covariate'],
    ['a key of requests', { key: { in: 'header', name: 'x-person' } }, 'split by their ids'],
    ['latency', { metric: 'latency' }, 'nothing of latency'],
    ['a guard on failures', { guards: [{ metric: 'failures', worseBy: 0.01 }] }, 'nothing of failures'],
    ['two arms of one version', { arms: [{ name: 'a', version: 1 }, { name: 'b', version: 1 }] }, 'Two arms have one version'],
    ['a query that there is not', { query: 'other' }, 'no query "other" of the kind arm; name "by-arm"'],
    ['a query of another kind', { query: 'live' }, 'no query "live" of the kind arm'],
  ])('%s is refused when it is configured', async (_, change, why) => {
    const world = await open();
    const begun = world.begin({ ...terms, ...change } as NewExperiment);
    await expect(begun).rejects.toMatchObject({ code: 'request.invalid', detail: expect.stringContaining(why) });
    expect(world.experiments.splitOf(name)).toBeUndefined();
  });

  it('is refused in the definition of a task as well', () => {
    const by = (rest: object) => () =>
      gated(
        { better: 'top1', test: 'none' },
        {
          ...masked,
          promote: canary({ steps: [0.1], each: '1 h', ...rest }),
        },
      );
    expect(by({ devices: 'live' })).toThrow(/promote\.devices is "live"/);
    expect(by({ devices: 'by-arm', guards: ['latency'] })).toThrow(/name no other metric/);
    expect(by({ devices: 'by-arm', key: 'x-person' })).toThrow(/leave out the key/);
    expect(() => gated(null, { ...masked, queries: [query] } as never)).toThrow(/need "every"/);
  });
});
