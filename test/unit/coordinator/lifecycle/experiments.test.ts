import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NewExperiment, newExperiment } from '@murmuration/api/experiment';
import { comparisonsOf, endOf } from '@murmuration/lifecycle/experiments/analysis';
import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { experimentMessage } from '@murmuration/lifecycle/experiments/messages';
import { ArmTally } from '@murmuration/lifecycle/experiments/tally';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { assigned } from '@murmuration/serving/experiments/assignment';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { uniform } from '../../monitoring/uniform.ts';
import { gated, name, openGated } from './gated-task.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A task with versions 0 to 3, of which the newest is served, and its experiments. */
async function open(folder?: string, { isMeasured = true, task = gated(null) } = {}) {
  const world = await openGated(null, folder === undefined ? {} : { folder });
  if ((await world.storage.history.head(name))?.version.number === 0)
    for (const top1 of [0.5, 0.6, 0.7]) world.moments.versionStored(await world.commit({ top1 }));
  await settled();
  const experiments = new Experiments({
    taskOf: () => task,
    versionAliases: world.versionAliases,
    history: world.storage.history,
    store: world.storage.experiments,
    queryResults: world.storage.queryResults,
    moments: world.moments,
    events: world.events,
    clock: world.clock,
    random: seededRandom(5),
    isMeasured,
  });
  world.moments.join({ experiments });
  await experiments.open();
  const audited = async () =>
    (await world.storage.audit.list(Number.MAX_SAFE_INTEGER, 50)).map(({ action }) => action).reverse();
  return {
    ...world,
    experiments,
    auditedActions: audited,
    begin: (terms: NewExperiment) => experiments.create(name, newExperiment.parse(terms), 'Ada'),
    outcomeOf: async (of: string) => (await experiments.find(name, of)).experiment,
    async end() {
      await experiments.close();
      await world.close();
    },
  };
}

const ab: NewExperiment = {
  name: 'smaller',
  kind: 'ab',
  arms: [
    { name: 'control', version: 2 },
    { name: 'small', version: 3 },
  ],
};
const canary: NewExperiment = {
  name: 'ramp',
  kind: 'canary',
  arms: [{ name: 'fresh', version: 2 }],
  steps: [
    { share: 0.01, for: 60_000 },
    { share: 0.5, for: 60_000 },
  ],
  atLeast: 20,
};

type World = Awaited<ReturnType<typeof open>>;

/** People send a request each, and their outcomes come: what an arm gets right and what fails are shares of them. */
function people(
  { experiments }: Pick<World, 'experiments'>,
  [from, to]: readonly [number, number],
  right: Readonly<Record<string, number>>,
  {
    failing = {},
    seed = 1,
  }: { readonly failing?: Readonly<Record<string, number>>; readonly seed?: number } = {},
): void {
  const random = uniform(seed);
  const [served] = experiments.served(name);
  for (let person = from; person < to; person++) {
    const part = assigned(served!, `person ${person}`);
    if (!part) continue;
    const { experiment, arm, unit } = part;
    const failed = random() < (failing[arm] ?? 0);
    experiments.arms([
      {
        experiment,
        arm,
        requests: 1,
        failures: failed ? 1 : 0,
        agreed: 0,
        dropped: 0,
        units: [{ unit, failed, ms: 3 + random(), covariate: person % 7 }],
      },
    ]);
    experiments.judged(name, { experiment, arm, unit }, [
      { kind: 'class', guesses: ['spam'], outcome: random() < (right[arm] ?? 0) ? 'spam' : 'ham' },
    ]);
  }
}

describe('an experiment with arms side by side', () => {
  it('counts no outcome of a prediction of another task', async () => {
    const world = await open();
    await world.begin(ab);
    const { experiments } = world;
    const { experiment, arm, unit } = Array.from({ length: 100 }, (_, person) =>
      assigned(experiments.served(name)[0]!, `person ${person}`),
    ).find(part => part !== undefined)!;
    const judge = async (task: string) => {
      experiments.judged(task, { experiment, arm, unit }, [
        { kind: 'class', guesses: ['spam'], outcome: 'spam' },
      ]);
      return (await experiments.find(name, 'smaller')).tally.of(arm).values.n;
    };
    experiments.arms([
      {
        ...{ experiment, arm, requests: 1, failures: 0, agreed: 0, dropped: 0 },
        units: [{ unit, failed: false, ms: 1 }],
      },
    ]);
    expect(experiments.taskOf(experiment)).toBe(name);
    expect([await judge('other'), await judge(name)]).toEqual([0, 1]);
    await world.end();
  });

  it('says which arm is better, how sure, and what it costs to stop now', async () => {
    const world = await open();
    await world.begin(ab);
    people(world, [0, 6_000], { control: 0.7, small: 0.8 });
    await world.experiments.look();
    const { experiment, tally } = await world.experiments.find(name, 'smaller');
    const said = experimentMessage(experiment, tally);
    const [control, small] = said.arms;
    expect([said.outcome, control!.units + small!.units]).toEqual(['running', 6_000]);
    expect(control!.difference).toBeNull();
    expect(small!.difference).toMatchObject({ isDecided: true });
    for (const [arm, truth] of [
      [control!, 0.7],
      [small!, 0.8],
    ] as const) {
      const { mean, interval } = arm.value!;
      expect(mean).toBe(arm.accuracy);
      expect(interval[0]).toBeLessThan(truth);
      expect(interval[1]).toBeGreaterThan(truth);
      expect(interval[1]! - interval[0]!).toBeLessThan(0.1);
    }
    expect(said.guards).toEqual([{ metric: 'failures', worseBy: 0.01 }]);
    expect(small!.difference!.interval[0]).toBeGreaterThan(0);
    expect(small!.difference!.fixed!.p).toBeLessThan(0.001);
    expect(small!.best).toBeGreaterThan(0.99);
    expect(small!.loss).toBeLessThan(0.001);
    expect(said.sampleRatio!.p).toBeGreaterThan(0.01);
    expect(said.verdict).toMatch(
      /^small is better than control by 0\.\d+\. small is the best with a chance of 100 %/,
    );
  });

  it('counts each key once: its first request, and its first outcome', async () => {
    const world = await open();
    await world.begin(ab);
    people(world, [0, 100], { control: 1, small: 1 });
    // The same people again, all wrong now.
    people(world, [0, 100], { control: 0, small: 0 });
    const { experiment, tally } = await world.experiments.find(name, 'smaller');
    const { arms } = experimentMessage(experiment, tally);
    expect(arms.reduce((sum, { units }) => sum + units, 0)).toBe(100);
    expect(arms.reduce((sum, { requests }) => sum + requests, 0)).toBe(200);
    expect(arms.map(({ accuracy }) => accuracy)).toEqual([1, 1]);
    // Values that are all the same leave open how far others would be.
    expect(arms.map(({ value }) => value)).toEqual(arms.map(() => ({ mean: 1, interval: [null, null] })));
  });

  it('tells of what it measured once, and of nothing where nothing came', async () => {
    const world = await open();
    const told: string[] = [];
    world.events.on('measured', task => told.push(task));
    await world.begin(ab);
    await world.experiments.look();
    expect(told).toEqual([]);
    people(world, [0, 10], { control: 1, small: 1 });
    await world.experiments.look();
    await world.experiments.look();
    expect(told).toEqual([name]);
  });

  it('is ended where keys do not fall into the arms as they should', async () => {
    const world = await open();
    await world.begin(ab);
    const [served] = world.experiments.served(name);
    // A client of one arm loses some of its requests before they are counted.
    for (let part = 0; part < 40; part++) {
      const units = Array.from({ length: 500 }, (_, at) => `${part * 500 + at}`.padStart(16, '0'));
      for (const [at, unit] of units.entries()) {
        if (at % 2 === 1 && at % 25 < 4) continue;
        world.experiments.arms([
          {
            experiment: served!.id,
            arm: at % 2 === 0 ? 'control' : 'small',
            requests: 1,
            failures: 0,
            agreed: 0,
            dropped: 0,
            units: [{ unit, failed: false, ms: 1 }],
          },
        ]);
      }
      await world.experiments.look();
    }
    const { outcome, reason } = await world.outcomeOf('smaller');
    expect([outcome, world.experiments.served(name)]).toEqual(['broken', []]);
    expect(reason).toMatch(/can't be trusted/);
    expect(await world.auditedActions()).toContain('experiment.end');
  });

  it('is ended by a guard, before many have suffered', async () => {
    const world = await open();
    await world.begin({ ...ab, guards: [{ metric: 'failures', worseBy: 0.01 }] });
    for (let part = 0; part < 20; part++) {
      if (world.experiments.served(name).length === 0) break;
      people(
        world,
        [part * 200, part * 200 + 200],
        { control: 0.7, small: 0.7 },
        { failing: { small: 0.3 }, seed: part + 1 },
      );
      await world.experiments.look();
    }
    const { outcome, reason, endedAt } = await world.outcomeOf('smaller');
    expect([outcome, endedAt]).toEqual(['guarded', world.clock.now()]);
    expect(reason).toMatch(/^small has a share of failures of 0\.\d+/);
    expect(world.champion()).toBe(3);
  });

  it.each([0.5, 0.04])(
    'with a share of %d finds no winner among equals more often than alpha, however often one looks',
    fresh => {
      let found = 0;
      let ended = 0;
      const trials = 150;
      const experiment = {
        kind: 'ab',
        metric: 'accuracy',
        alpha: 0.05,
        planned: 1_000,
        guards: [{ metric: 'failures', worseBy: 0 }],
        arms: [1 - fresh, fresh].map((share, at) => ({ name: 'ab'[at], number: 1, model: '', share })),
      } as unknown as Experiment;
      for (let trial = 0; trial < trials; trial++) {
        const tally = new ArmTally(experiment);
        const random = uniform(trial + 1);
        let unit = 0;
        let isFound = false;
        let isEnded = false;
        for (let look = 0; look < 25; look++) {
          for (let each = 0; each < 40; each++) {
            const arm = random() < fresh ? 'b' : 'a';
            const key = String(unit++);
            const counts = { requests: 1, failures: 0, agreed: 0, dropped: 0 };
            tally.window({
              experiment: 'e',
              arm,
              ...counts,
              units: [{ unit: key, failed: random() < 0.1, ms: 1 }],
            });
            tally.outcome(arm, key, random() < 0.3 ? 1 : 0);
          }
          isFound ||= comparisonsOf(experiment, tally).some(({ isDecided }) => isDecided);
          isEnded ||= endOf(experiment, tally) !== undefined;
        }
        if (isFound) found += 1;
        if (isEnded) ended += 1;
      }
      const most = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials);
      expect(found / trials).toBeLessThanOrEqual(most);
      // Of equals, a guard is one-sided.
      expect(ended / trials).toBeLessThanOrEqual(most);
    },
  );

  it('may be ended by whoever asks, with one of its arms for everybody', async () => {
    const world = await open();
    await world.begin(ab);
    await expect(world.experiments.promote(name, 'smaller', 'huge', 'Ada')).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await world.experiments.promote(name, 'smaller', 'control', 'Ada');
    expect([world.champion(), (await world.outcomeOf('smaller')).outcome]).toEqual([2, 'promoted']);
    expect(world.versionAliases.of(name).champion.heldBy).toBe('Ada');
    await expect(world.experiments.stop(name, 'smaller', 'Ada')).rejects.toMatchObject({
      code: 'round.closed',
    });
    await expect(world.experiments.stop(name, 'other', 'Ada')).rejects.toMatchObject({
      code: 'request.not-found',
    });
  });

  it('ends once somebody decides which version everybody gets', async () => {
    const world = await open();
    await world.begin(ab);
    // A new version alone decides nothing.
    world.moments.versionStored(await world.commit({ top1: 0.9 }));
    await settled();
    expect(world.experiments.served(name)).toHaveLength(1);
    await world.versionAliases.rollBack(name, 1, 'Bob');
    await settled();
    expect([(await world.outcomeOf('smaller')).outcome, world.experiments.served(name)]).toEqual([
      'overtaken',
      [],
    ]);
  });

  it('ends when its time is over', async () => {
    const world = await open();
    await world.begin({ ...ab, endsAfter: 10_000 });
    await world.clock.advance(9_000);
    expect((await world.outcomeOf('smaller')).outcome).toBe('running');
    await world.clock.advance(4_000);
    expect((await world.outcomeOf('smaller')).outcome).toBe('ended');
  });

  it('lets devices have arms by their ids, where it says so', async () => {
    const world = await open();
    const devices = Array.from({ length: 50 }, (_, at) => `device ${at}` as DeviceId);
    await world.begin(ab);
    expect(devices.map(device => world.experiments.ofDevice(name, device))).toEqual(
      devices.map(() => undefined),
    );
    await world.experiments.stop(name, 'smaller', 'Ada');
    const { arms } = await world.begin({ ...ab, name: 'on-devices', devices: true });
    const models = devices.map(device => world.experiments.ofDevice(name, device));
    expect(new Set(models)).toEqual(new Set(arms.map(({ model }) => model)));
    expect(world.experiments.models).toEqual(arms.map(({ model }) => model));
  });
});

describe('a canary', () => {
  const quiet = (world: World, from: number, seed: number) =>
    people(world, [from, from + 3_000], { champion: 0.7, fresh: 0.7 }, { seed });

  it('gets more from step to step, and becomes what everybody gets', async () => {
    const world = await open();
    await world.begin(canary);
    const shares = () => world.experiments.served(name)[0]?.arms.map(({ share }) => share);
    expect(shares()).toEqual([0.99, 0.01]);
    quiet(world, 0, 1);
    await world.clock.advance(62_000);
    await world.experiments.look();
    expect(shares()).toEqual([0.5, 0.5]);
    quiet(world, 3_000, 2);
    await world.clock.advance(62_000);
    await world.experiments.look();
    expect([world.champion(), (await world.outcomeOf('ramp')).outcome]).toEqual([2, 'promoted']);
    expect(await world.auditedActions()).toEqual(['experiment.step', 'version.promote', 'experiment.end']);
  });

  it('waits for enough requests', async () => {
    const world = await open();
    await world.begin(canary);
    for (let minute = 0; minute < 5; minute++) {
      await world.clock.advance(60_000);
      await world.experiments.look();
    }
    expect((await world.outcomeOf('ramp')).step).toBe(0);
  });

  it('goes back by itself where it is worse, and is not tried again by itself', async () => {
    const world = await open();
    await world.begin({
      ...canary,
      guards: [{ metric: 'accuracy', worseBy: 0 }],
      steps: [{ share: 0.2, for: 600_000 }],
    });
    for (let part = 0; part < 5; part++) {
      if (world.experiments.served(name).length === 0) break;
      people(world, [part * 1_000, part * 1_000 + 1_000], { champion: 0.8, fresh: 0.4 }, { seed: part + 1 });
      await world.experiments.look();
    }
    expect((await world.outcomeOf('ramp')).outcome).toBe('guarded');
    await world.clock.advance(3_600_000);
    await world.experiments.look();
    expect([world.champion(), world.experiments.served(name)]).toEqual([3, []]);
  });
});

describe('a restart', () => {
  it('leaves everybody in the arm in which they were, and keeps what was measured', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'experiments-'));
    folders.push(folder);
    const before = await open(folder);
    await before.begin({ ...ab, covariate: {} });
    people(before, [0, 500], { control: 0.7, small: 0.7 });
    const served = before.experiments.served(name);
    expect(served[0]!.covariate).toEqual({ in: 'header', name: 'x-murmuration-covariate' });
    const covariateOf = async ({ experiments }: Pick<World, 'experiments'>) => {
      const found = await experiments.find(name, 'smaller');
      return experimentMessage(found.experiment, found.tally).covariate!;
    };
    const known = await covariateOf(before);
    expect(known.known).toBe(500);
    await before.end();
    const after = await open(folder);
    expect(after.experiments.served(name)).toEqual(served);
    expect(await covariateOf(after)).toEqual({ ...known, removed: expect.closeTo(known.removed!, 9) });
    // Those who come again count no second time.
    people(after, [0, 600], { control: 0.7, small: 0.7 }, { seed: 2 });
    const { experiment, tally } = await after.experiments.find(name, 'smaller');
    const { arms } = experimentMessage(experiment, tally);
    expect(arms.reduce((sum, { units }) => sum + units, 0)).toBe(600);
    expect(arms.reduce((sum, { outcomes }) => sum + outcomes, 0)).toBe(600);
    expect(arms.reduce((sum, { requests }) => sum + requests, 0)).toBe(1_100);
    await after.end();
  });
});

describe('an experiment whose split could not be kept to', () => {
  it.each<[NewExperiment[], NewExperiment, RegExp]>([
    [[], { ...ab, arms: [{ name: 'a', version: 2 }] }, /two arms at least/],
    [
      [],
      {
        ...ab,
        arms: [
          { name: 'a', version: 2 },
          { name: 'a', version: 3 },
        ],
      },
      /one name/,
    ],
    [
      [],
      {
        ...ab,
        arms: [
          { name: 'a', version: 2, share: 0.5 },
          { name: 'b', version: 3, share: 0.6 },
        ],
      },
      /add up to 1/,
    ],
    [
      [],
      {
        ...ab,
        arms: [
          { name: 'a', version: 2, share: 0.5 },
          { name: 'b', version: 3 },
        ],
      },
      /add up to 1/,
    ],
    [[], { ...ab, key: { name: 'Authorization' } }, /no secret/],
    [
      [],
      { ...ab, covariate: { name: 'Cookie' } },
      /header cookie is no covariate: name one that is no secret/,
    ],
    [[], { ...ab, covariate: { name: 'X-Murmuration-Key' } }, /is the key: the covariate is a number beside/],
    [
      [],
      { name: 'm', kind: 'mirror', arms: [{ name: 'x', version: 1 }], covariate: {} },
      /A mirror measures no metric/,
    ],
    [[], { ...ab, steps: [{ share: 0.1, for: 1_000 }] }, /has no steps/],
    [[], { ...canary, steps: undefined }, /A canary has steps/],
    [
      [],
      {
        ...canary,
        steps: [
          { share: 0.5, for: 1_000 },
          { share: 0.1, for: 1_000 },
        ],
      },
      /larger share/,
    ],
    [[], { ...canary, arms: [{ name: 'fresh', version: 3 }] }, /everybody gets already/],
    [[], { ...canary, arms: [{ name: 'fresh', version: 2, share: 0.1 }] }, /has no share/],
    [[], { ...canary, kind: 'mirror', steps: undefined, devices: true }, /mirrored on devices/],
    [[ab], ab, /has an experiment "smaller" already/],
    [[ab], { ...ab, name: 'second' }, /no part of 1 left/],
    [[{ ...ab, traffic: 0.6 }], { ...ab, name: 'second', traffic: 0.5 }, /no part of 0\.5 left/],
    [
      [{ ...ab, traffic: 0.5 }],
      { ...ab, name: 'second', traffic: 0.5, layer: 'other' },
      /runs in the layer default/,
    ],
    [
      [{ name: 'm', kind: 'mirror', arms: [{ name: 'x', version: 1 }] }],
      { name: 'n', kind: 'mirror', arms: [{ name: 'x', version: 2 }] },
      /mirrors already/,
    ],
  ])('is refused: beside %j, %j', async (others, terms, message) => {
    const world = await open();
    for (const other of others) await world.begin(other);
    await expect(world.begin(terms)).rejects.toMatchObject({
      code: 'request.invalid',
      detail: expect.stringMatching(message),
    });
    expect(await world.experiments.list(name)).toHaveLength(others.length);
  });

  it('is refused where a version is not there, or nothing is measured, or no server answers', async () => {
    const world = await open();
    await expect(
      world.begin({
        ...ab,
        arms: [
          { name: 'a', version: 2 },
          { name: 'b', version: 9 },
        ],
      }),
    ).rejects.toMatchObject({ code: 'model.missing' });
    await expect((await open(undefined, { isMeasured: false })).begin(ab)).rejects.toThrow(/feedback/);
    const task = gated(null, { plan: { learningRate: 1, privateLayers: ['own'] } });
    await expect((await open(undefined, { task })).begin(ab)).rejects.toThrow(/private layers/);
  });

  it('is taken where the layer has room, also that of one that is over', async () => {
    const world = await open();
    for (const each of ['one', 'two', 'three']) await world.begin({ ...ab, name: each, traffic: 0.3 });
    await world.experiments.stop(name, 'two', 'Ada');
    expect((await world.begin({ ...ab, name: 'four', traffic: 0.2 })).layer).toMatchObject({
      from: 0.3,
      to: 0.5,
    });
    const parts = world.experiments.served(name).map(({ layer }) => [layer.from, layer.to]);
    expect(parts.map(part => part.map(edge => Number(edge.toFixed(9))))).toEqual([
      [0, 0.3],
      [0.6, 0.9],
      [0.3, 0.5],
    ]);
  });
});
