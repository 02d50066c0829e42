import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { createApp } from '@murmuration/coordinator/http/app';
import { roundControlRoutes } from '@murmuration/coordinator/http/routes/admin/tasks';
import { writePlan } from '@murmuration/protocol/messages/plan';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { RoundTerms } from '@murmuration/rounds/round/round';
import { isPart } from '@murmuration/rounds/round/store';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { boundsOf } from '../../server/bounds.ts';
import { layout, openFederation } from '../../server/federation.ts';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openSpread, type SpreadWorld } from '../../server/spread-world.ts';

const count = 24;
const masked = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: 2 * count, minimum: 9, overSelection: 1, cells: 3 },
  deadlines: maskedDeadlines,
  schedule: { every: '1 h' },
} as Partial<TaskDefinition>;

const phases = ['keys', 'shares', 'updates', 'agreement', 'unmasking'] as const;

async function begin(task: Partial<TaskDefinition> = masked, seed = 1) {
  const world = await openSpread({ task, devices: count, seed });
  for (const device of world.devices) world.checkIn(device);
  const leader = await world.openLeader();
  // The parts have seen the round, and have gathered as long as they may.
  await world.clock.advance(11_000);
  return { world, leader };
}

/** Those who are connected do their next step, and then time goes by that they would need. */
async function step(world: SpreadWorld, some: readonly MaskedDevice[] = world.devices): Promise<void> {
  for (const device of some) await device.step().catch(() => {});
  await world.clock.advance(0);
}

const phaseOf = (world: SpreadWorld, part: number) => world.seats[part - 1]!.rounds.current?.state.phase;

/** Whose updates are in the sums of the parts, by what these left. */
function contributorsOf(world: SpreadWorld, { id }: RoundTerms): readonly MaskedDevice[] {
  const results = [...(world.results.get(id)?.values() ?? [])];
  const counted = new Set(results.flatMap(({ contributors }) => contributors.map(({ device }) => device)));
  return world.devices.filter(device => counted.has(device.id));
}

/** The version that one cell would have made of these updates, from what devices sent before they masked it. */
async function versionOfOneCell(world: SpreadWorld, terms: RoundTerms, some: readonly MaskedDevice[]) {
  const sum = aggregateFor('sum', { ...terms.plan, masking: null }, layout, terms.id);
  if (!(sum instanceof RingSum)) throw new Error('The updates are of a ring.');
  for (const device of some) {
    const { assignment } = world.seatOf(device.id).channel.assignments.get(device.id)!;
    const elements = device.plain.get(assignment)!;
    sum.merge({ contributors: 1, elements } as RingSum);
  }
  const { strategy } = world.task;
  if (strategy.consumes !== 'sum') throw new Error('The strategy takes a sum.');
  const mean = sum.mean();
  return strategy.apply(strategy.init(layout.count), new Float32Array(layout.count), mean, some.length, {
    round: terms.id,
  } as never).model;
}

describe('a round that is spread over three cells', () => {
  /** Updates in the rounds with random losses that were published. */
  const published: number[] = [];

  it('leads to the version that one cell would have made of the same updates, bit for bit', async () => {
    const { world, leader } = await begin();
    const { terms } = leader.rounds.newest!;
    expect(terms).toMatchObject({ parts: { count: 3, smallest: 3 }, goal: 2 * count });
    expect(leader.rounds.newest!.phases.map(({ phase }) => phase)).toEqual(['gathering', 'updates']);
    // Its devices are with other cells.
    expect(leader.rounds.newest!.state).not.toHaveProperty('cohort');
    for (let i = 0; i < 5; i++) {
      for (const part of [1, 2, 3]) expect(phaseOf(world, part)).toBe(phases[i]);
      await step(world);
    }
    await world.clock.advance(1_000);
    const [record] = world.records;
    expect(record).toMatchObject({
      outcome: 'published',
      tally: { cohort: count, accepted: count, lost: 0 },
      phases: [{}, {}, { phase: 'closing', accepted: count }],
      parts: [1, 2, 3].map(part => {
        const devices = world.devicesOf(part).length;
        return { devices, contributors: devices, failure: null };
      }),
    });
    const { head, files } = await world.registry.current(world.task.name);
    expect(head.version).toMatchObject({ contributors: count, round: terms.id, number: 1 });
    expect([...files.weights]).toEqual([...(await versionOfOneCell(world, terms, world.devices))]);
    // Each heard of the devices of its part alone, and the end of the round.
    for (const { part, channel } of world.seats) {
      const own = world.devicesOf(part).map(({ id }) => id);
      expect([...channel.assignments.keys()].sort()).toEqual([...own].sort());
      expect(channel.ends.map(({ device }) => device).sort()).toEqual([...own].sort());
    }
    // Nothing is left of it.
    expect(await world.store.underWay()).toEqual([]);
    expect(await world.store.parts.results(terms.id)).toEqual(new Map());
    expect(world.faults).toEqual([]);
    await leader.rounds.stop();
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'is exact with devices that are lost at random, and cells that die at random (seed %i)',
    async seed => {
      const random = seededRandom(seed);
      const chance = (share: number) => random(1)[0]! < 256 * share;
      const { world, leader } = await begin(masked, seed);
      const { terms } = leader.rounds.newest!;
      let led = leader;
      for (let i = 0; i < 40 && world.records.length === 0; i++) {
        const some = world.devices.filter(() => chance(0.97));
        for (const device of world.devices) if (chance(0.01)) world.lose(device);
        if (chance(0.15)) await world.replace(1 + (random(1)[0]! % 3));
        if (chance(0.1)) {
          led.life.end();
          led = await world.openLeader();
        }
        await step(world, some);
        await world.clock.advance(i % 3 === 2 ? 61_000 : 300);
      }
      await world.clock.advance(400_000);
      const [record, ...others] = world.records;
      expect(others).toEqual([]);
      expect(record!.round).toBe(terms.id);
      if (record!.outcome === 'failed') {
        expect((await world.registry.current(world.task.name)).head.version.number).toBe(0);
      } else {
        const counted = contributorsOf(world, terms);
        expect(record!.tally.accepted).toBe(counted.length);
        const { files } = await world.registry.current(world.task.name);
        expect([...files.weights]).toEqual([...(await versionOfOneCell(world, terms, counted))]);
        published.push(counted.length);
      }
      await led.rounds.stop();
    },
  );

  it('was published in most of these, and with losses', () => {
    expect(published.length).toBeGreaterThanOrEqual(6);
    expect(published.filter(updates => updates < count).length).toBeGreaterThanOrEqual(3);
  });

  it.each(phases)('goes on where the cell of a part dies during %s', async phase => {
    const { world, leader } = await begin();
    for (let i = 0; i < 5; i++) {
      if (phases[i] === phase) {
        // In the midst of it.
        await step(world, world.devicesOf(2).slice(0, 3));
        await world.replace(2);
        expect(phaseOf(world, 2)).toBe(phase);
      }
      await step(world);
    }
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([{ outcome: 'published', tally: { accepted: count } }]);
    await leader.rounds.stop();
  });

  it('has no devices at the cell that leads it', async () => {
    const { leader } = await begin();
    const { id } = leader.rounds.newest!.terms;
    expect(leader.rounds.current).toBeUndefined();
    expect(() => leader.rounds.find(id)).toThrow(expect.objectContaining({ code: 'assignment.unknown' }));
    await leader.rounds.stop();
  });

  it('is shown to operators at the cell that leads it', async () => {
    const { world, leader } = await begin();
    const { terms, state } = leader.rounds.newest!;
    const events = new CoordinatorEvents();
    const app = await createApp({ ...boundsOf({ events, clock: world.clock }), cors: [] });
    roundControlRoutes(app, {} as Operators, { tasks: [leader.rounds] } as unknown as RoundControl);
    expect((await app.inject('/tasks')).json().tasks).toMatchObject([
      { task: terms.plan.task, round: { number: terms.number, phase: state.phase } },
    ]);
    await app.close();
    await leader.rounds.stop();
  });

  it('goes on at another leader where the one before died with all results there, and commits one version', async () => {
    const { world, leader } = await begin();
    const { terms } = leader.rounds.newest!;
    for (let i = 0; i < 4; i++) await step(world);
    leader.life.end();
    await step(world);
    await world.clock.advance(5_000);
    expect(await world.store.parts.results(terms.id)).toHaveProperty('size', 3);
    expect(world.records).toEqual([]);
    const next = await world.openLeader();
    expect(next.rounds.newest!.terms.id).toBe(terms.id);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([
      { round: terms.id, outcome: 'published', tally: { accepted: count } },
    ]);
    const { head } = await world.registry.current(world.task.name);
    expect(head.version).toMatchObject({ number: 1, contributors: count });
    await next.rounds.stop();
  });

  it('goes on without a part that has too few, and takes nobody else with it', async () => {
    const { world, leader } = await begin();
    const { terms } = leader.rounds.newest!;
    const others = world.devices.filter(({ id }) => world.partOf(id) !== 2);
    await step(world);
    await step(world);
    await step(world, [...others, ...world.devicesOf(2).slice(0, 2)]);
    for (const device of world.devicesOf(2).slice(2)) world.lose(device);
    for (let i = 0; i < 2; i++) await step(world, others);
    await world.clock.advance(400_000);
    const [record] = world.records;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: others.length } });
    expect(record!.parts![1]).toMatchObject({
      contributors: 0,
      failure: expect.stringMatching(/at least 3/),
    });
    const { files } = await world.registry.current(world.task.name);
    expect([...files.weights]).toEqual([...(await versionOfOneCell(world, terms, others))]);
    await leader.rounds.stop();
  });

  it('waits no longer than its deadline for a part that no cell runs', async () => {
    const { world, leader } = await begin();
    world.vanish(3);
    const others = world.devices.filter(({ id }) => world.partOf(id) !== 3);
    for (let i = 0; i < 5; i++) await step(world, others);
    await world.clock.advance(240_000);
    expect(world.records).toEqual([]);
    await world.clock.advance(80_000);
    expect(world.records).toMatchObject([
      {
        outcome: 'published',
        tally: { accepted: others.length },
        parts: [
          { failure: null },
          { failure: null },
          { contributors: 0, failure: 'No cell had its sum by the end of the round.' },
        ],
      },
    ]);
    // Whoever takes the part now finds that its round is over.
    await world.replace(3);
    expect((await world.store.underWay()).filter(isPart)).toEqual([]);
    await leader.rounds.stop();
  });

  it('fails where its parts have fewer updates than a round needs', async () => {
    const { world, leader } = await begin({
      ...masked,
      cohort: { goal: 2 * count, minimum: 20, overSelection: 1, cells: 3 },
    } as Partial<TaskDefinition>);
    const others = world.devices.filter(({ id }) => world.partOf(id) !== 1);
    world.vanish(1);
    for (let i = 0; i < 5; i++) await step(world, others);
    await world.clock.advance(400_000);
    const [record] = world.records;
    expect(record).toMatchObject({ outcome: 'failed', model: null, failure: { during: 'closing' } });
    expect(record!.failure!.reason).toMatch(
      new RegExp(`The parts have ${others.length} updates; at least 20 are needed. part 1: No cell`),
    );
    await leader.rounds.stop();
  });

  it('ends in all parts where an operator ends it', async () => {
    const { world, leader } = await begin();
    await step(world);
    leader.rounds.abort('An operator ended the round.', 'operator');
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([
      { outcome: 'failed', failure: { reason: 'An operator ended the round.', endedBy: 'operator' } },
    ]);
    for (const { part, channel } of world.seats) {
      expect(phaseOf(world, part)).toBe('failed');
      expect(channel.ends.length).toBe(world.devicesOf(part).length);
      expect(channel.ends[0]!.end).toMatchObject({ outcome: 'failed', reason: 'The round is over.' });
    }
    expect(await world.store.underWay()).toEqual([]);
    await leader.rounds.stop();
  });

  it('ends in all parts where its leader died and another version is to be followed by now', async () => {
    const { world, leader } = await begin();
    await step(world);
    leader.life.end();
    const { head, files } = await world.registry.current(world.task.name);
    const { topology, layout, weights } = files;
    const grown = await world.registry.store(
      topology,
      layout,
      weights.map(value => value + 1),
    );
    const version = { ...head.version, number: 1, parent: head.version.model, model: grown.hash };
    await world.history.commit({ head: { ...head, version } });
    const next = await world.openLeader();
    await world.clock.advance(1_000);
    const reason = 'The version that this round trained from was rolled back, or has grown.';
    expect(world.records).toMatchObject([{ number: 1, outcome: 'failed', failure: { reason } }]);
    for (const { part, channel } of world.seats) {
      expect(phaseOf(world, part)).toBe('failed');
      expect(channel.ends.length).toBe(world.devicesOf(part).length);
    }
    expect(await world.store.underWay()).toEqual([]);
    await next.rounds.stop();
  });

  it('takes nothing from a cell that was replaced, however late', async () => {
    const { world, leader } = await begin();
    for (let i = 0; i < 4; i++) await step(world);
    const late = world.seats[1]!.rounds;
    await world.replace(2);
    // What the one before has still under way comes to its end there, and is refused.
    await late.suspend().catch(() => {});
    await step(world);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([{ outcome: 'published', tally: { accepted: count } }]);
    await leader.rounds.stop();
  });

  it('runs no part a second time whose result is there, at whatever cell', async () => {
    const { world, leader } = await begin();
    const { terms } = leader.rounds.newest!;
    const own = world.devicesOf(2);
    for (let i = 0; i < 5; i++) await step(world, own);
    const [result] = [...(await world.store.parts.results(terms.id)).values()];
    expect(result).toMatchObject({ contributors: { length: own.length } });
    // Lists of contributors are long: a cell that has nothing to do with them reads them once.
    let reads = 0;
    const { results } = world.store.parts;
    world.store.parts.results = (round, known) => {
      if (!known) reads += 1;
      return results.call(world.store.parts, round, known);
    };
    await world.replace(2);
    for (const device of own) world.checkIn(device);
    await world.clock.advance(11_000);
    expect(world.seats[1]!.rounds.current).toBeUndefined();
    expect(reads).toBe(1);
    const others = world.devices.filter(device => !own.includes(device));
    for (let i = 0; i < 5; i++) await step(world, others);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([{ outcome: 'published', tally: { accepted: count } }]);
    // What comes late for it is refused as at the cells that had a part of it.
    expect(world.seats.map(({ rounds }) => rounds.isOver(terms.id))).toEqual([true, true, true]);
    await leader.rounds.stop();
  });

  it('begins again with the next round, in all parts', async () => {
    const { world, leader } = await begin();
    for (let i = 0; i < 5; i++) await step(world);
    await world.clock.advance(1_000);
    for (const device of world.devices) world.checkIn(device);
    leader.rounds.beginNow();
    await world.clock.advance(11_000);
    for (let i = 0; i < 5; i++) await step(world);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([
      { number: 1, tally: { accepted: count } },
      { number: 2, tally: { accepted: count } },
    ]);
    await leader.rounds.stop();
  });
});

describe('a spread round without masks', () => {
  const plain = { ...masked, masking: 'off' } as Partial<TaskDefinition>;

  it('leads to the version that one cell would have made of the same updates, bit for bit', async () => {
    const { world, leader } = await begin(plain);
    const { terms } = leader.rounds.newest!;
    expect(terms).toMatchObject({ kind: 'spread', parts: { count: 3, smallest: 1 } });
    const random = seededRandom(3);
    const sending: Promise<unknown>[] = [];
    // One of them sends nothing.
    for (const device of world.devices.slice(1)) {
      const { channel, rounds } = world.seatOf(device.id);
      const assignment = channel.assignments.get(device.id)!;
      const delta = Float32Array.from(random(layout.count), byte => (byte - 127.5) / 100);
      const contribution = { delta, examples: 1 + random(1)[0]!, layout };
      const bytes = await prepareUpdate(contribution, assignment, random, elements => {
        device.plain.set(assignment.assignment, elements.slice());
      });
      const driver = rounds.current!;
      expect(driver.authenticate(assignment.assignment, assignment.token)).toBe(device.id);
      sending.push(driver.accept(assignment.assignment, bytes));
      // Of a device of another part, nothing.
      const other = world.seats.find(({ part }) => part !== world.partOf(device.id))!.rounds.current!;
      expect(() => other.authenticate(assignment.assignment, assignment.token)).toThrow(
        expect.objectContaining({ code: 'assignment.unknown' }),
      );
    }
    await world.clock.advance(100_000);
    await Promise.all(sending);
    expect(world.records).toMatchObject([{ outcome: 'published', tally: { accepted: count - 1, late: 1 } }]);
    const { files } = await world.registry.current(world.task.name);
    const expected = await versionOfOneCell(world, terms, world.devices.slice(1));
    expect([...files.weights]).toEqual([...expected]);
    await leader.rounds.stop();
  });
});

it('a round of such a task is whole where no cells share it, with the plan that its parts would have', async () => {
  const { world, leader } = await begin();
  const federation = await openFederation({ task: masked });
  await federation.rounds.start();
  await federation.clock.advance(0);
  const { terms } = federation.rounds.current!;
  expect(terms).not.toHaveProperty('parts');
  const { plan } = leader.rounds.newest!.terms;
  expect(writePlan(terms.plan)).toEqual(writePlan(plan));
  for (const { rounds } of world.seats) expect(rounds.current!.terms.plan).toEqual(plan);
  await leader.rounds.stop();
  await federation.rounds.stop();
});
