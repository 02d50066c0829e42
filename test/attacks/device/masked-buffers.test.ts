import { defaultFloors } from '@murmuration/client-sdk/floors/floors';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';

import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { type Plan, type TrainingSettings, writePlan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowFloors, StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { Told } from './answering.ts';
import { hour, masking, Victim } from './victim.ts';

type Bases = NonNullable<Plan['bases']>;

const hash = (i: number) => i.toString(16).padStart(64, '0') as ModelHash;
const schedule = (...models: ModelHash[]): Bases =>
  models.map((model, staleness) => ({ model, weight: stalenessWeight(staleness) }));

/** The version that the devices of these tests train from. */
const { model } = assignmentOf(new VirtualClock()).plan;
const floors = { ...lowFloors, ownDraw: true, contributions: { day: 4, model: 2 } };
const low: Partial<Plan> = { masking, largestCohort: 12, uploadSlot: 0 };

/** Looks again at once; what a device needs may still be loaded. */
const often = { interval: 1 };

/** A device that has trained for a buffer, and has offered that. */
async function trained(victim: Victim, plan: Partial<Plan> = low): Promise<Victim> {
  const before = victim.checkIns;
  await victim.assign('training', { ...plan, bases: [] });
  await expect
    .poll(async () => {
      await victim.clock.advance(5_000);
      return victim.checkIns;
    }, often)
    .toBeGreaterThan(before);
  expect(victim.coordinator.asked['check-in'].at(-1)).toMatchObject({ base: model });
  return victim;
}

const ready = async (storage = memoryStorage(), clock?: VirtualClock) =>
  trained(await new Victim({ floors, storage }, clock).connect());

/** Waits until the device has answered an assignment, by its keys or by leaving. */
async function answered(victim: Victim, act: () => Promise<unknown>): Promise<void> {
  const count = () => victim.given + victim.left.length;
  const before = count();
  await act();
  await expect
    .poll(async () => {
      await victim.clock.advance(0);
      return count();
    }, often)
    .toBeGreaterThan(before);
}

/** The device brings its update into a buffer with eleven others. */
async function sent(victim: Victim, round: string, bases: Bases = schedule(model)): Promise<Told> {
  let assignment: Assignment | undefined;
  await answered(victim, async () => {
    assignment = await victim.assign(round, { ...low, bases, model: bases[0]!.model });
  });
  const told = new Told(victim, assignment!);
  await told.untilUpload();
  return told;
}

function fail(victim: Victim, round: string): void {
  const { round: id } = assignmentOf(victim.clock, round);
  victim.coordinator.send('round-end', { round: id, outcome: 'failed', reason: '', after: hour });
}

describe('a coordinator that makes up the plan of a buffer', () => {
  const declined = async (plan: Partial<Plan>) => {
    const victim = await ready();
    const before = victim.given;
    await answered(victim, () => victim.assign('buffer', { ...low, ...plan }));
    expect([victim.floors, victim.left, victim.given]).toEqual([['buffers'], ['declined'], before]);
    await victim.device.client.stop();
  };

  it('RD23: gets nothing for weights of its own', async () => {
    const weight = fc.double({ min: 1e-6, max: 1, noNaN: true });
    const lists = fc
      .array(weight, { minLength: 1, maxLength: 8 })
      .filter(weights =>
        weights.some((each, staleness) => Math.abs(each - stalenessWeight(staleness)) > 1e-9),
      );
    await fc.assert(
      fc.asyncProperty(lists, async weights => {
        const bases = weights.map((each, i) => ({ model: i === 0 ? model : hash(i), weight: each }));
        await declined({ bases });
      }),
      { numRuns: 10 },
    );
  });

  it.each<[string, Partial<Plan>]>([
    ['a version twice', { bases: schedule(model, hash(2), hash(2)) }],
    ['the version of the device twice, at two weights', { bases: schedule(model, model) }],
    ['other versions than that of the update', { model: hash(1), bases: schedule(hash(1), hash(2)) }],
    ['a newest version that is not the one of the plan', { bases: schedule(hash(1), model) }],
    [
      'a place left out before the version of the device',
      {
        model: hash(1),
        bases: [
          { model: hash(1), weight: 1 },
          { model, weight: stalenessWeight(2) },
        ],
      },
    ],
    [
      'values that were left out',
      {
        bases: schedule(model),
        update: {
          ...assignmentOf(new VirtualClock()).plan.update,
          compression: { kind: 'randomMask', fraction: 0.5, feedback: false },
        },
      },
    ],
    ['a verdict besides', { bases: schedule(model), judged: hash(3) }],
  ])('RD23: gets nothing for %s', (_, plan) => declined(plan));

  it('RD22: gets no update of layers that the app has kept on the device since it was trained', async () => {
    const storage = memoryStorage();
    const before = await ready(storage);
    await before.device.client.stop();
    const victim = new Victim({ floors, storage, task: { privateLayers: ['w'] } });
    await victim.connect();
    await answered(victim, () => victim.assign('b1', { ...low, bases: schedule(model) }));
    expect([victim.floors, victim.left, victim.given]).toEqual([['privateLayers'], ['declined'], 0]);
  });

  it('RD23: gets nothing from more versions than the app allows, which is one where it says nothing', async () => {
    const { mostVersions } = defaultFloors;
    const victim = await trained(await new Victim({ floors: { ...floors, mostVersions } }).connect());
    await answered(victim, () => victim.assign('b1', { ...low, bases: schedule(model, hash(2)) }));
    expect([mostVersions, victim.floors, victim.given]).toEqual([1, ['mostVersions'], 0]);
    await answered(victim, () => victim.assign('b2', { ...low, bases: schedule(model) }));
    expect(victim.given).toBe(1);
  });

  it('RD23: gets nothing without masks, from an app that wants none', async () => {
    const victim = await new Victim({ floors: { ...floors, masking: 'off' } }).connect();
    await answered(victim, () => victim.assign('r1', { ...low, masking: null, bases: [] }));
    await answered(victim, () => victim.assign('r2', { ...low, masking: null, bases: schedule(model) }));
    expect([victim.floors, victim.given]).toEqual([['buffers', 'buffers'], 0]);
  });

  it('RD23: gets nothing that was trained by another plan', async () => {
    const victim = await ready();
    const { update } = assignmentOf(victim.clock).plan;
    await answered(victim, () =>
      victim.assign('buffer', { ...low, bases: schedule(model), update: { ...update, weightCap: 7 } }),
    );
    expect([victim.left, victim.given]).toEqual([['round.begun'], 0]);
    await victim.clock.advance(1_000);
    expect(victim.coordinator.asked['check-in'].at(-1)).not.toHaveProperty('base');
  });

  it('RD23: has the others leave where it shows one device a list of its own', async () => {
    const victim = await ready();
    let assignment: Assignment | undefined;
    await answered(victim, async () => {
      assignment = await victim.assign('buffer', { ...low, bases: schedule(model) });
    });
    const others = { ...assignment!.plan, model: hash(1), bases: schedule(hash(1), model) };
    const told = new Told(victim, { ...assignment!, plan: others, planBytes: writePlan(others) });
    const { asked } = victim.coordinator;
    // The others do not know its keys: they are signed for another plan.
    expect(() => told.peers.roster(asked.enrol[0]!.publicKey, asked.keys.at(-1)!.message)).toThrow(/sign/i);
  });
});

describe('a coordinator that would have an update twice', () => {
  it('RD22: gets it in one buffer, whatever it says of that one', async () => {
    const storage = memoryStorage();
    const victim = await ready(storage);
    await sent(victim, 'b1');
    fail(victim, 'b1');
    await answered(victim, () => victim.assign('b2', { ...low, bases: schedule(model) }));
    expect([victim.left, victim.coordinator.uploads.length]).toEqual([['round.begun'], 1]);
    await victim.device.client.stop();
    const again = await new Victim({ floors, storage }, victim.clock).connect();
    for (const round of ['b1', 'b2'])
      await answered(again, () => again.assign(round, { ...low, bases: schedule(model) }));
    expect([again.left, again.given]).toEqual([['round.begun', 'round.begun'], 0]);
    expect(again.coordinator.asked['check-in'][0]).not.toHaveProperty('base');
  });

  it('RD22: gets it once from a device that was restarted right before it sent', async () => {
    const storage = memoryStorage();
    const killed = await ready(storage);
    let assignment: Assignment | undefined;
    await answered(killed, async () => {
      assignment = await killed.assign('b1', { ...low, uploadSlot: 30_000, bases: schedule(model) });
    });
    const told = new Told(killed, assignment!);
    const { asked } = killed.coordinator;
    await told.tell('roster', told.peers.roster(asked.enrol[0]!.publicKey, told.last('keys')));
    await told.tell('bundle', told.peers.bundle(told.last('shares')));
    // Masked, and not sent yet.
    await expect
      .poll(async () => ((await storage.get('session.keyboard')) ?? []).length)
      .toBeGreaterThan(500);
    const clock = new VirtualClock(killed.clock.now());
    const victim = await new Victim({ floors, storage }, clock).connect();
    victim.coordinator.send('assignment', assignment);
    await expect
      .poll(async () => {
        await clock.advance(10_000);
        return victim.coordinator.uploads.length;
      }, often)
      .toBe(1);
    fail(victim, 'b1');
    await answered(victim, () => victim.assign('b2', { ...low, bases: schedule(model) }));
    expect([killed.coordinator.uploads.length, victim.coordinator.uploads.length]).toEqual([0, 1]);
    expect(victim.left).toEqual(['round.begun']);
  });

  it('RD22: gets no third update of one version', async () => {
    const victim = await ready();
    for (const round of ['b1', 'b2']) {
      await sent(victim, round);
      fail(victim, round);
      if (round === 'b1') await trained(victim);
    }
    await answered(victim, () => victim.assign('training', { ...low, bases: [] }));
    expect([victim.floors, victim.coordinator.uploads.length]).toEqual([['contributions'], 2]);
  });
});

describe('a coordinator that has a device train again and again', () => {
  it('RD22: has it train once from a version, as long as it has the update', async () => {
    const victim = await ready();
    await trained(victim);
    await trained(victim);
    expect((victim.trainer as StillTrainer).trainings).toBe(1);
    expect(victim.given).toBe(0);
  });

  it('RD22: has it draw the same examples from one version in every round', async () => {
    const seeds: number[] = [];
    const trainer = new StillTrainer();
    const train = trainer.train.bind(trainer);
    trainer.train = (trained, settings, ...rest) => {
      seeds.push((settings as TrainingSettings).seed);
      return train(trained, settings, ...rest);
    };
    const victim = await trained(await new Victim({ floors, trainer }).connect());
    await sent(victim, 'b1');
    fail(victim, 'b1');
    const before = victim.checkIns;
    await victim.assign('another_training', { ...low, bases: [] });
    await expect
      .poll(async () => {
        await victim.clock.advance(5_000);
        return victim.checkIns;
      }, often)
      .toBeGreaterThan(before);
    expect(seeds).toHaveLength(2);
    expect(new Set(seeds).size).toBe(1);
  });

  it('UP12: does not see whether it has trained by a time at which it has it check in', async () => {
    const victim = await new Victim({ floors }).connect();
    await victim.assign('training', { ...low, uploadSlot: 120_000, bases: [] });
    await expect
      .poll(async () => {
        await victim.clock.advance(0);
        return (victim.trainer as StillTrainer).trainings;
      }, often)
      .toBe(1);
    await victim.clock.advance(10_000);
    const before = victim.checkIns;
    victim.coordinator.disconnect();
    victim.coordinator.connect();
    // It is not named its round again, and takes it for over.
    await victim.clock.advance(40_000);
    expect(victim.checkIns).toBe(before + 1);
    expect(victim.coordinator.asked['check-in'].at(-1)).not.toHaveProperty('base');
  });

  it('UP12: does not see how long it trains', async () => {
    const times = new Set<number>();
    for (const duration of [0, 12_345, 29_000]) {
      const clock = new VirtualClock();
      const trainer = new StillTrainer();
      const { result } = trainer;
      trainer.result = async () => {
        await new Promise<void>(resolve => clock.at(clock.now() + duration, resolve));
        return result();
      };
      const victim = await new Victim({ floors, trainer }, clock).connect();
      const began = clock.now();
      victim.coordinator.answers['check-in'] = ({ base }) => {
        if (base) times.add(clock.now() - began);
        return { decision: 'later', after: hour, reason: '' };
      };
      await trained(victim, { ...low, uploadSlot: 30_000 });
    }
    expect(times.size).toBe(1);
  });
});

it('RD23: what a device brings into a buffer is what it learned, times the weight of its version', async () => {
  const victim = await ready();
  const newer = hash(9);
  const told = await sent(victim, 'b1', schedule(newer, model));
  const statement = told.peers.statement();
  await told.tell('survivors', statement);
  await told.tell('agreed', told.peers.agreed(statement));
  await victim.clock.advance(1_000);
  const ring = told.peers.sentBy(victim.coordinator.uploads[0]!.bytes, statement, told.last('reveal'));
  const { clip, bits } = assignmentOf(victim.clock).plan.update;
  const step = Math.min(clip, (6 * clip) / Math.sqrt(8)) / (2 ** (bits - 1) - 1);
  const weight = ring.at(-1)!;
  // A rotation keeps the length, and rounding is less than a step in each value.
  const norm = (step * Math.hypot(...ring.slice(0, 8))) / weight;
  const learned = 0.1 * Math.sqrt(8) * Math.SQRT1_2;
  expect(Math.abs(norm - learned)).toBeLessThan(step * Math.sqrt(8));
});
