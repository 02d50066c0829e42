import { fewestContributors, smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import { duration } from '@murmuration/protocol/time/duration';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import { central } from '@murmuration/rounds/task/central';
import {
  type CentralTaskDefinition,
  defineTask,
  type TaskDefinition,
  wrongFields,
} from '@murmuration/rounds/task/define-task';
import { fleetSchema, fleets } from '@murmuration/rounds/task/fleet';
import { protections } from '@murmuration/rounds/task/protection';
import { changesBetween, settingsOf, withSettings } from '@murmuration/rounds/task/settings';
import type { Task } from '@murmuration/rounds/task/task';
import { describe, expect, it } from 'vitest';
import { openFederation } from '../../server/federation.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const least = {
  name: 'least',
  model: () => {
    throw new Error('No model is made here.');
  },
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
} as const;
const names = fleetSchema.options;
type Fleet = (typeof names)[number];

const fleetTask = (fleet: Fleet, change: object = {}): Task => defineTask({ ...least, fleet, ...change });
/** A task that writes down what it must without a fleet. */
const plainTask = (change: object = {}): Task =>
  defineTask({
    ...least,
    cohort: { goal: 100, minimum: 50 },
    schedule: { every: '1 min' },
    ...change,
  } as TaskDefinition);

/** The value that a task has at the path of a setting. */
function valueAt(task: Task, path: string): unknown {
  const [section, name] = path.split('.') as [string, string];
  return (settingsOf(task) as unknown as Record<string, Record<string, unknown>>)[section]![name];
}

/** A setting of the table as a task has it: times in ms. */
function asHeld(path: string, value: unknown, goal: number): unknown {
  const used = typeof value === 'function' ? value(goal) : value;
  return /^(?:deadlines|schedule)\./.test(path) ? duration.parse(used) : used;
}

/** Another valid value of each setting that a fleet has a default for. */
const written: Readonly<Record<string, unknown>> = {
  'cohort.mode': 'synchronous',
  'cohort.goal': 70,
  'cohort.minimum': 18,
  'cohort.overSelection': 1.7,
  'deadlines.gathering': 45_000,
  'deadlines.updates': 222_000,
  'deadlines.messages': 33_000,
  'deadlines.grace': 7_000,
  'eligibility.needs': ['idle'],
  'schedule.every': 123_000,
};

const rows = names.flatMap(fleet =>
  Object.entries(fleets[fleet]).map(([path, [value]]) => [fleet, path, value] as const),
);
const nested = (path: string, value: unknown) => {
  const [section, name] = path.split('.') as [string, string];
  return { [section]: { [name]: value } };
};

describe('a fleet', () => {
  it.each(rows)('%s has a default for %s, and what is written wins', (fleet, path, value) => {
    // Written values of an asynchronous task may be of a synchronous one.
    const isOfRounds = path === 'cohort.minimum' || path === 'cohort.overSelection';
    const mode = isOfRounds ? { mode: 'synchronous' } : {};
    const left = fleetTask(fleet, { cohort: mode });
    expect(valueAt(left, path) ?? 'synchronous').toEqual(asHeld(path, value, left.cohort.goal));
    expect(valueAt(left, path) ?? 'synchronous').not.toEqual(written[path]);

    const change = nested(path, written[path]);
    const own = fleetTask(fleet, { ...change, cohort: { ...mode, ...change.cohort } });
    expect(valueAt(own, path) ?? 'synchronous').toEqual(written[path]);
    // The neighbours of the written leaf stay, those aside that follow from it.
    const others = changesBetween(left, own).map(({ field }) => field);
    const following = ['cohort.goal', 'cohort.mode'].includes(path) ? /^cohort\./ : undefined;
    expect(others.filter(field => field !== path && !following?.test(field))).toEqual([]);
  });

  it('sets nothing but what its table lists', () => {
    for (const fleet of names) {
      const task = fleetTask(fleet, { cohort: { mode: 'synchronous' } });
      const { goal, minimum, overSelection } = task.cohort;
      const plain = plainTask({ cohort: { goal, minimum, overSelection } });
      const listed = Object.keys(fleets[fleet]);
      expect(
        changesBetween(plain, task)
          .map(({ field }) => field)
          .filter(field => !listed.includes(field)),
        fleet,
      ).toEqual([]);
    }
  });

  it('changes nothing where a task has none', () => {
    const { model: _, strategy, ...task } = plainTask();
    expect({ ...task, strategy: strategy.name }).toMatchInlineSnapshot(`
      {
        "buffer": null,
        "central": null,
        "cohort": {
          "goal": 100,
          "minimum": 50,
          "overSelection": 1.3,
        },
        "deadlines": {
          "agreement": 20000,
          "evaluation": 600000,
          "gathering": 30000,
          "grace": 20000,
          "keys": 10000,
          "shares": 10000,
          "unmasking": 20000,
          "updates": 180000,
        },
        "eligibility": {
          "charging": false,
          "idle": false,
          "minExamples": 1,
          "minSdk": "0.0.0",
          "unmetered": false,
        },
        "evaluator": null,
        "gate": null,
        "groups": null,
        "interval": 60000,
        "masking": {
          "corrupt": 0.05,
          "dropping": 0.1,
          "graph": "sparse",
          "threat": "malicious",
        },
        "name": "least",
        "planVersion": 1,
        "privacy": null,
        "privateLayers": [],
        "promote": null,
        "queries": [],
        "retrain": null,
        "serving": {
          "ngrams": null,
          "remote": false,
          "transformer": null,
          "warmUp": null,
          "weights": "float32",
        },
        "spread": null,
        "strategy": "fedAvg",
        "training": {
          "batchSize": 16,
          "epochs": 1,
          "gradientClip": null,
          "learningRate": 0.1,
          "maxExamples": 5000,
          "proximal": 0,
          "seed": 0,
        },
        "update": {
          "bits": 8,
          "clip": 1,
          "kind": "ring",
          "weightCap": 1,
          "weighting": "uniform",
        },
        "uploadSlot": 30000,
        "vocabulary": null,
        "watch": null,
      }
    `);
  });

  it.each([
    ['many', /^The task: fleet: expected .*"few".*"phones".*"come-and-go".*; found "many"\.$/m],
    [3, /^The task: fleet: .*; found 3\.$/m],
    ['constructor', /^The task: fleet: .*; found "constructor"\.$/m],
  ])('%j is none', (fleet, detail) => {
    const task = { ...least, fleet, cohort: { goal: 10, minimum: 5 }, schedule: { every: 0 } };
    expect(() => defineTask(task as never)).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringMatching(detail) }),
    );
  });

  it('hides no mistake, and adds none', () => {
    const wrong = (change: object) =>
      wrongFields({ ...least, fleet: 'phones', ...change }).map(({ field }) => field);
    expect(wrong({})).toEqual([]);
    for (const goal of ['many', -5, 2.5, null]) expect(wrong({ cohort: { goal } })).toEqual(['cohort.goal']);
    for (const cohort of [null, 5, []]) expect(wrong({ cohort })).toEqual(['cohort']);
    expect(wrong({ deadlines: { wait: 1 } })).toEqual(['deadlines.wait']);
    expect(wrongFields(null)).toHaveLength(1);
  });

  it('takes the place of cohort and schedule for the compiler as well', () => {
    const { cohort, interval } = defineTask({ ...least, fleet: 'few' });
    expect({ cohort, interval }).toEqual({
      cohort: { goal: 20, minimum: 3, overSelection: 1 },
      interval: 5_000,
    });
    // @ts-expect-error without a fleet, they are missing
    expect(() => defineTask(least)).toThrow(/cohort: .*\n.*schedule: /);
    // @ts-expect-error there is no such fleet
    expect(() => defineTask({ ...least, fleet: 'many' })).toThrow(/fleet/);
  });

  it('is nothing for a task that no device trains', () => {
    const { update: _, ...definition } = least;
    const training = central({ examples: new URL('file:///examples.ts') });
    const task = { ...definition, schedule: { every: 0 }, training, fleet: 'few' };
    expect(() => defineTask(task as unknown as CentralTaskDefinition)).toThrow(/fleet is for devices/);
  });

  it('applies as other settings do where a definition changes it, and is not for operators', () => {
    const [before, after] = [fleetTask('few'), fleetTask('phones', { planVersion: 2 })];
    expect(changesBetween(before, after)).toContainEqual({
      field: 'eligibility.needs',
      from: [],
      to: ['idle', 'charging', 'unmetered'],
    });
    expect(() => withSettings(before, { fleet: 'phones' }, 2)).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'fleet' })] }),
    );
    // A change of operators keeps what the fleet has set.
    const changed = withSettings(before, { cohort: { goal: 10 } }, 2);
    expect(changesBetween(before, changed)).toEqual([{ field: 'cohort.goal', from: 20, to: 10 }]);
  });
});

describe('the floors under a fleet', () => {
  /** Sizes of cohorts; a task without a fleet has to say them, so they have no defaults to compare with. */
  const sizes = ['cohort.goal', 'cohort.minimum'];

  it.each(names)('%s protects devices no less than a task without one', fleet => {
    const [task, plain] = [fleetTask(fleet), plainTask()];
    for (const { field } of protections.filter(({ field }) => field.includes('.') && !sizes.includes(field)))
      expect(valueAt(task, field), field).toEqual(valueAt(plain, field));
    expect(task.masking).toEqual(plain.masking);
    expect(task.masking?.threat).toBe('malicious');
    expect(task.uploadSlot).toBe(plain.uploadSlot);
    expect(task.privacy).toBeNull();
    expect(Object.keys(fleets[fleet]).filter(path => /^(?:plan|update|masking|privacy)/.test(path))).toEqual(
      [],
    );
  });

  it.each(names)('%s never takes fewer updates than masks hide, or than apps accept', fleet => {
    const floor = fleet === 'few' ? fewestContributors : smallestSumByDefault;
    for (const goal of [undefined, 3, 4, 10, 16, 17, 20, 31, 100, 1_000]) {
      for (const mode of ['synchronous', ...(fleet === 'come-and-go' ? [undefined] : [])]) {
        const { cohort } = fleetTask(fleet, { cohort: { mode, goal } });
        const least = mode === undefined && goal !== undefined ? fewestContributors : floor;
        expect(cohort.minimum, `${goal}`).toBeGreaterThanOrEqual(Math.min(least, cohort.goal));
        expect(cohort.minimum).toBeLessThanOrEqual(cohort.goal);
      }
    }
    // Masks of two devices are refused as without a fleet.
    expect(() => fleetTask(fleet, { cohort: { mode: 'synchronous', goal: 2 } })).toThrow(
      expect.objectContaining({ code: 'secagg.parameters' }),
    );
  });

  it.each(names)('%s passes the checks of every task', fleet => {
    for (const threat of ['honest-but-curious', 'semi-malicious', 'malicious'])
      expect(fleetTask(fleet, { masking: { threat } }).masking).toMatchObject({ threat });
    expect(fleetTask(fleet, { masking: 'off' }).masking).toBeNull();
    expect(() => fleetTask(fleet, { masking: { dropping: 0.5 } })).toThrow(
      expect.objectContaining({ code: 'secagg.parameters' }),
    );
    expect(() => fleetTask(fleet, { uploadSlot: '10 min' })).toThrow(/at least three times uploadSlot/);
    const groups = { masking: { groups: 8 }, strategy: inGroups(median()) };
    expect(() => fleetTask(fleet, { ...groups, cohort: { mode: 'synchronous' } })).toThrow(
      /cohort\.minimum must be at least 128 for 8 groups/,
    );
  });

  it.each(names)('%s keeps a privacy budget as it is written', fleet => {
    const privacy = { epsilon: 4, delta: 1e-8, rounds: 100 };
    const cohort = { mode: 'synchronous' };
    const plain = plainTask({ privacy }).privacy!;
    expect(fleetTask(fleet, { privacy, cohort }).privacy).toEqual(plain);
  });

  it('come-and-go says that a privacy budget takes rounds that begin together', () => {
    const privacy = { epsilon: 4, delta: 1e-8, rounds: 100 };
    expect(() => fleetTask('come-and-go', { privacy })).toThrow(/Leave the mode "synchronous"/);
  });
});

it('three of a few devices make a round, masked against a malicious coordinator', async () => {
  const { deadlines, schedule, cohort, masking } = settingsOf(fleetTask('few'));
  const federation = await openFederation({
    task: {
      fleet: 'few',
      cohort: {},
      deadlines: {},
      schedule: {},
      masking: {},
      update: least.update,
    } as never,
  });
  expect(settingsOf(federation.task)).toMatchObject({ deadlines, schedule, cohort, masking });
  const { rounds, clock, records, enrolled } = federation;
  enrolled.devices = 3;
  const devices = Array.from({ length: 3 }, (_, index) => new MaskedDevice(federation, index));
  await rounds.start();
  await clock.advance(0);
  for (const { id } of devices) federation.checkIn(id);
  // All that are enrolled are there: nobody waits for the rest of the goal.
  await clock.advance(5_000);
  for (const phase of ['keys', 'shares', 'updates', 'agreement', 'unmasking']) {
    expect(rounds.current!.state.phase).toBe(phase);
    for (const device of devices) await device.step();
    await clock.advance(0);
  }
  await expect.poll(() => records.length).toBe(1);
  expect(records[0]).toMatchObject({ outcome: 'published', tally: { cohort: 3, accepted: 3 } });
  expect(federation.faults).toEqual([]);
  await rounds.stop();
});
