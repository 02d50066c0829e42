import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { canaryOf, gateActor } from '@murmuration/lifecycle/gates/gates';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { gateName } from '@murmuration/rounds/promotion/version-aliases';
import { canary, canaryTerms } from '@murmuration/rounds/task/task-promotion';
import { assigned } from '@murmuration/serving/experiments/assignment';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { uniform } from '../../monitoring/uniform.ts';
import { gated, name, openGated } from './gated-task.ts';

const gate = { better: 'top1', test: 'none' } as const;
const promote = canary({ steps: [0.1, 0.5], each: '1 min' });

/** A gated task whose versions go through a canary. */
async function open() {
  let experiments: Experiments | undefined;
  const world = await openGated(gate, {
    promote,
    experimentOf: () => experiments?.splitOf(name),
    beginCanary: async (task, number) => {
      const terms = canaryTerms(task.promote!, { name: canaryOf(number), version: number });
      await experiments!.create(name, terms, gateName, gateActor);
    },
  });
  experiments = new Experiments({
    taskOf: () => gated(gate, { promote }),
    versionAliases: world.versionAliases,
    history: world.storage.history,
    store: world.storage.experiments,
    queryResults: world.storage.queryResults,
    moments: world.moments,
    events: world.events,
    clock: world.clock,
    random: seededRandom(5),
    isMeasured: true,
  });
  world.moments.join({ experiments });
  await experiments.open();
  const own = experiments;
  /** People who send a request each, of which a share fails for the challenger. */
  const people = (from: number, failing: number) => {
    const random = uniform(from + 1);
    const [served] = own.served(name);
    for (let person = from; served && person < from + 2_000; person++) {
      const { experiment, arm, unit } = assigned(served, `person ${person}`)!;
      const failed = arm === 'challenger' && random() < failing;
      const counts = { requests: 1, failures: failed ? 1 : 0, agreed: 0, dropped: 0 };
      own.arms([{ experiment, arm, ...counts, units: [{ unit, failed, ms: 3 }] }]);
    }
  };
  const pass = async (ms: number) => {
    await world.clock.advance(ms);
    await own.look();
    await settled();
    await world.gates.settled();
  };
  return { ...world, experiments: own, people, pass };
}

describe('a version that passed the gate of a task with a canary', () => {
  it('gets more and more requests, and then becomes the champion', async () => {
    const world = await open();
    const decision = await world.publish({ top1: 0.6 });
    expect(decision).toMatchObject({
      outcome: 'passed',
      promotedAt: null,
      heldBy: 'the experiment canary-1',
    });
    expect([world.champion(), world.aliases()]).toEqual([0, { champion: 0, challenger: 1 }]);
    for (const from of [0, 2_000]) {
      world.people(from, 0);
      await world.pass(62_000);
    }
    expect([world.champion(), world.aliases()]).toEqual([1, { champion: 1 }]);
    expect(await world.decision(1)).toMatchObject({ promotedAt: expect.any(Number), heldBy: null });
    expect(world.audited.map(({ actor, action }) => `${actor.id}: ${action}`)).toEqual([
      'gate: version.alias',
      'gate: gate.pass',
      'gate: experiment.start',
      'experiments: experiment.step',
      'experiments: version.promote',
      'experiments: experiment.end',
    ]);
    // By the gate: the next one is tried as well.
    expect(world.versionAliases.of(name).champion.heldBy).toBeNull();
    expect((await world.publish({ top1: 0.7 }))?.heldBy).toBe('the experiment canary-2');
    expect(world.faults).toEqual([]);
  });

  it('goes back by itself where a guard finds it worse, and is never tried by itself again', async () => {
    const world = await open();
    await world.publish({ top1: 0.6 });
    world.people(0, 0.5);
    await world.pass(2_000);
    const decision = await world.decision(1);
    expect(decision).toMatchObject({ promotedAt: null, heldBy: null });
    expect(decision?.rolledBack?.reason).toMatch(/^challenger has a share of failures/);
    for (let hour = 0; hour < 5; hour++) await world.pass(3_600_000);
    expect([world.champion(), world.experiments.splitOf(name)]).toEqual([0, undefined]);
    // A better one gets its chance.
    await world.publish({ top1: 0.7 });
    expect(world.experiments.splitOf(name)).toBe('canary-2');
    expect(world.faults).toEqual([]);
  });

  it('waits while another one is tried, and is judged against what came of that', async () => {
    const world = await open();
    await world.publish({ top1: 0.6 });
    const waiting = await world.publish({ top1: 0.7 });
    expect(waiting).toMatchObject({ outcome: 'passed', heldBy: 'the experiment canary-1' });
    for (const from of [0, 2_000]) {
      world.people(from, 0);
      await world.pass(62_000);
    }
    expect(world.champion()).toBe(1);
    expect((await world.decision(2))?.against.number).toBe(1);
    expect(world.experiments.splitOf(name)).toBe('canary-2');
  });

  it('is an operator’s once he decides', async () => {
    const world = await open();
    await world.publish({ top1: 0.6 });
    await world.versionAliases.set(name, 'champion', 0, 'Ada');
    await settled();
    await world.gates.settled();
    expect([world.champion(), world.experiments.splitOf(name)]).toEqual([0, undefined]);
    await world.versionAliases.set(name, 'champion', null, 'Ada');
    await world.pass(2_000);
    // It was taken back, and stays so.
    expect([world.champion(), world.experiments.splitOf(name)]).toEqual([0, undefined]);
  });
});

describe('what a task says of it', () => {
  it('is refused without a gate, with private layers, or with steps that don’t grow', () => {
    expect(() => gated(null, { promote })).toThrow(/promote needs a gate/);
    const plan = { learningRate: 1, privateLayers: ['own'] };
    expect(() => gated(gate, { promote, plan })).toThrow(/plan\.privateLayers/);
    for (const steps of [[], [0.5, 0.1], [1]])
      expect(() => gated(gate, { promote: canary({ steps, each: '1 h' }) })).toThrow(/promote/);
    const { promote: taken } = gated(gate, { promote });
    expect(canaryTerms(taken!, { name: 'canary-1', version: 1 })).toMatchObject({
      guards: [{ metric: 'failures', worseBy: 0.01 }],
      atLeast: 50,
      key: { in: 'header', name: 'x-murmuration-key' },
      devices: false,
      query: null,
    });
  });
});
