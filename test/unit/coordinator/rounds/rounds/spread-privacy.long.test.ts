import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import type { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import type { Head } from '@murmuration/rounds/registry/ports';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundTerms } from '@murmuration/rounds/round/round';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { adaptiveClip } from '@murmuration/rounds/strategy/adaptive-clip';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { allParts } from '../../../../contract/privacy-ledger.ts';
import { seededRandom } from '../../../../seeded-random.ts';
import { layout } from '../../server/federation.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openSpread, type SpreadWorld } from '../../server/spread-world.ts';
import { memoryBudgets } from '../privacy/memory-budgets.ts';
import { budgetsOf, count, definition, privacy, seeded, step } from './spread-budget.ts';

const blt = { ...privacy, noise: 'blt' as const };

/** The same task at one cell, whose versions are made of the updates of a spread round. */
async function openOneCell(task: Task) {
  const clock = new VirtualClock();
  const history = memoryHistory();
  const registry = new Registry(memoryBlobs(), history);
  const first = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) };
  await storeFirstVersion(task, first, registry, history, clock);
  const ledger = seeded();
  const budgets = memoryBudgets({ random: seededRandom(9), clock, ledger });
  await budgets.open(task.name);
  const make = versionMaker(() => task, registry, clock, budgets);
  return {
    registry,
    /** The version after a round with the updates of these devices. */
    async play(world: SpreadWorld, terms: RoundTerms, some: readonly MaskedDevice[]) {
      const own = await budgets.next(task, terms.number > 1, layout.count);
      const plan = { ...terms.plan, privacy: own! };
      const sum = aggregateFor('sum', { ...plan, masking: null }, layout, terms.id) as RingSum;
      for (const device of some) {
        const { assignment } = world.seatOf(device.id).channel.assignments.get(device.id)!;
        sum.merge({ contributors: 1, elements: device.plain.get(assignment)! } as RingSum);
      }
      const { signal } = new AbortController();
      const head = await make(
        { ...terms, plan },
        sum,
        some.map(({ id }) => id),
        signal,
      );
      await history.commit({ head });
      return head;
    },
  };
}

/** What two versions of the same updates and secrets have in common. */
function sameOf({ version: { model, number, contributors, privacy }, state }: Head) {
  const { budget: _, ...rest } = privacy!;
  return { model, number, contributors, privacy: rest, state };
}

/** The first or the second half of the devices: no device may be in two rounds that follow each other. */
const half = ({ devices }: SpreadWorld, round: number) =>
  round % 2 === 1 ? devices.slice(0, devices.length / 2) : devices.slice(devices.length / 2);

interface Begun {
  readonly world: SpreadWorld;
  readonly leader: Awaited<ReturnType<SpreadWorld['openLeader']>>;
}

async function begin(
  change: Partial<TaskDefinition> = {},
  dies?: Parameters<SpreadWorld['openLeader']>[0],
  ledger: PrivacyLedger = seeded(),
  devices = count,
) {
  const world = await openSpread({
    task: { ...definition, ...change } as Partial<TaskDefinition>,
    devices,
    ledger,
  });
  for (const device of half(world, 1)) world.checkIn(device);
  const leader = await world.openLeader(dies);
  await world.clock.advance(11_000);
  return { world, leader };
}

/** All phases of a round, up to the moment at which all parts have left their sums. */
async function play(world: SpreadWorld, some?: readonly MaskedDevice[]): Promise<void> {
  for (let i = 0; i < 5; i++) await step(world, some);
}

async function playNext({ world, leader }: Begun, round: number): Promise<void> {
  for (const device of half(world, round)) world.checkIn(device);
  leader.rounds.beginNow();
  await world.clock.advance(11_000);
  await play(world);
}

const headOf = async ({ registry, task }: SpreadWorld) => (await registry.current(task.name)).head;
/** The parts that the ledger has, by device. */
async function partsOf(world: SpreadWorld): Promise<Map<string, number>> {
  const [budget] = await budgetsOf(world);
  const parts = await allParts(world.ledger, budget!.id);
  return new Map(Array.from(parts, ([device, { parts }]) => [device as string, parts]));
}

describe('TK5: a spread round under a privacy budget', () => {
  it.each<[string, Partial<TaskDefinition>]>([
    ['correlated noise', {}],
    ['independent noise', { privacy: { ...privacy, noise: 'independent' } }],
    ['BLT noise', { privacy: blt }],
    ['noise and a clip that adapts', { strategy: adaptiveClip(fedAvg(), { initial: 0.5 }) }],
  ])('leads to the versions of one cell with the same secrets, bit for bit: %s', async (_, change) => {
    const begun = await begin(change);
    const { world, leader } = begun;
    const oneCell = await openOneCell(world.task);
    for (let round = 1; round <= 3; round++) {
      if (round === 1) await play(world);
      else await playNext(begun, round);
      const { terms } = leader.rounds.newest!;
      expect(terms.plan.privacy).toMatchObject({ step: round - 1, separation: 2, epsilon: 4 });
      await world.clock.advance(1_000);
      expect(world.records.at(-1)).toMatchObject({ outcome: 'published', tally: { accepted: count / 2 } });
      const expected = await oneCell.play(world, terms, half(world, round));
      expect(sameOf(await headOf(world))).toEqual(sameOf(expected));
      expect(expected.version.privacy!.noiseNorm).toBeGreaterThan(0);
    }
    expect(world.faults).toEqual([]);
    await leader.rounds.stop();
  });

  it('takes one step, and one part of each device, wherever its leader dies while it closes', async () => {
    const change = { privacy: blt };
    // Four devices in each part: what is looked at comes after them.
    const few = 24;
    const calls: string[] = [];
    const listen = (call: string, when: 'before' | 'after') => {
      if (when === 'before') calls.push(call);
      return false;
    };
    const whole = await begin(change, listen, seeded(), few);
    await play(whole.world);
    const first = calls.length;
    await whole.world.clock.advance(1_000);
    const expected = sameOf(await headOf(whole.world));
    await whole.leader.rounds.stop();
    const closing = calls.slice(first, calls.lastIndexOf('commit') + 1);
    expect(closing).toEqual(expect.arrayContaining(['results', 'sum', 'claim', 'commit']));
    for (let at = 0; at < closing.length; at++)
      for (const when of ['before', 'after'] as const) {
        let seen = 0;
        const isIt = (_: string, now: string) => now === when && seen++ === first + at;
        const { world, leader } = await begin(change, isIt, seeded(), few);
        await play(world);
        await world.clock.advance(1_000);
        expect([at, when, leader.life.isOver]).toEqual([at, when, true]);
        const next = await world.openLeader();
        await world.clock.advance(20_000);
        const where = `${closing[at]} ${when}`;
        expect([where, sameOf(await headOf(world))]).toEqual([where, expected]);
        expect(await budgetsOf(world)).toMatchObject([{ steps: 1, counted: [few / 2] }]);
        const ids = half(world, 1).map(({ id }) => id);
        expect([...(await partsOf(world))].sort()).toEqual(ids.map(id => [id, 1]).sort());
        expect(await world.history.rounds(world.task.name, 9, 9)).toMatchObject([{ outcome: 'published' }]);
        await next.rounds.stop();
      }
  });

  it('keeps to the updates with which it took its step: a part that comes after that counts for nothing', async () => {
    const { world, leader } = await begin({}, (call, when) => call === 'claim' && when === 'after');
    const late = new Set(world.devicesOf(2));
    const others = half(world, 1).filter(device => !late.has(device));
    await play(world, others);
    // The cell of part 2 is away until the others are no longer waited for, and its devices go on at another.
    world.vanish(2);
    await world.clock.advance(400_000);
    expect(leader.life.isOver).toBe(true);
    const { terms } = (await world.store.underWay())[0]!;
    expect(await budgetsOf(world)).toMatchObject([{ steps: 1, counted: [others.length] }]);
    const results = await world.store.parts.results(terms.id);
    // What part 2 had left is there now.
    const own = half(world, 1).filter(device => late.has(device));
    const contributors = own.map(({ id }, i) => ({
      device: id,
      assignment: `late-${i}`.padEnd(22, '-') as never,
    }));
    const sum = aggregateFor('sum', terms.plan, layout, terms.id) as RingSum;
    sum.contributors = own.length;
    sum.elements[sum.elements.length - 1] = own.length;
    await world.store.parts.end(
      { ...terms, kind: 'part', part: 2 },
      { record: results.get(1)!.record, contributors },
      sum.snapshot(),
    );
    const next = await world.openLeader();
    await world.clock.advance(20_000);
    const [record] = await world.history.rounds(world.task.name, 9, 9);
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: others.length } });
    expect(record!.parts![1]!.failure).toMatch(/was not in the sum with which the round took its step/);
    const oneCell = await openOneCell(world.task);
    expect(sameOf(await headOf(world))).toEqual(sameOf(await oneCell.play(world, terms, others)));
    const parts = await partsOf(world);
    expect(own.filter(({ id }) => parts.has(id))).toEqual([]);
    await next.rounds.stop();
  });

  it('sends devices away that had a part in the step before, also those that waited already, at whatever cell', async () => {
    const begun = await begin();
    const { world, leader } = begun;
    await play(world);
    // They ask again before their cells know of the step, and one of these is replaced.
    const [one, other] = [1, 2].map(part => half(world, 1).find(({ id }) => world.partOf(id) === part)!);
    world.checkIn(one!);
    await world.clock.advance(1_000);
    expect(world.seatOf(one!.id).pool.has(one!.id)).toBe(false);
    // RD3, RD14: a device that waits goes on waiting until it is drawn, or its connection ends; then it asks again.
    expect(world.seatOf(one!.id).channel.isConnected(one!.id)).toBe(false);
    const reason = 'the privacy budget lets a device take part in one of 2 rounds';
    expect(world.ask(one!)).toMatchObject({ decision: 'later', reason });
    await world.replace(2);
    expect(world.ask(other!)).toMatchObject({ decision: 'later' });
    await world.clock.advance(0);
    expect(world.ask(other!)).toMatchObject({ decision: 'later', reason });
    await playNext(begun, 2);
    await world.clock.advance(1_000);
    await playNext(begun, 3);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject(
      Array(3).fill({ outcome: 'published', tally: { accepted: count / 2 } }),
    );
    expect(new Set((await partsOf(world)).values())).toEqual(new Set([1, 2]));
    await leader.rounds.stop();
  });

  it('keeps at each cell the accounts of the devices of its part, and none at the cell that leads', async () => {
    const pages: string[] = [];
    const ledger = memoryPrivacy();
    const paged = async (...args: Parameters<PrivacyLedger['parts']>) => {
      pages.push(args[0]);
      return await ledger.parts(...args);
    };
    const begun = await begin({}, undefined, { ...seeded(ledger), parts: paged });
    const { world, leader } = begun;
    await play(world);
    await world.clock.advance(1_000);
    const ofPart = (part: number) => half(world, 1).filter(({ id }) => world.partOf(id) === part).length;
    expect(world.seats.map(({ accounts }) => accounts.size)).toEqual([1, 2, 3].map(ofPart));
    expect(world.seats.map(({ accounts }) => accounts.out)).toEqual([1, 2, 3].map(ofPart));
    // Another cell leads: it reads no page.
    const read = pages.length;
    expect(read).toBeGreaterThan(0);
    leader.life.end();
    await world.openLeader();
    expect(pages).toHaveLength(read);
    for (const { life } of world.seats) life.end();
  });

  it('adds no part whose cell has let in a device that may have none: the ledger is asked, not the cell', async () => {
    // Cells that have read nothing of the ledger, as they think all of it.
    const { world, leader } = await begin({}, undefined, { ...seeded(), parts: async () => [] });
    await play(world);
    await world.clock.advance(1_000);
    // Part 2 takes those of the first round once more, with one that may.
    for (const device of world.devices) {
      const isFirst = half(world, 1).includes(device);
      if (world.partOf(device.id) === 2 ? isFirst : !isFirst) world.checkIn(device);
    }
    leader.rounds.beginNow();
    await world.clock.advance(11_000);
    await play(world);
    await world.clock.advance(1_000);
    const [record] = await world.history.rounds(world.task.name, 9, 9);
    expect(record).toMatchObject({ number: 2, outcome: 'published' });
    expect(record!.parts!.map(({ failure }) => failure)).toEqual([
      null,
      expect.stringMatching(/took part sooner or more often than the privacy budget allows/),
      null,
    ]);
    const [budget] = await budgetsOf(world);
    expect(budget!.steps).toBe(2);
    const parts = await world.ledger.partsOf(
      budget!.id,
      world.devices.map(({ id }) => id),
    );
    expect(new Set(Array.from(parts.values(), ({ parts }) => parts))).toEqual(new Set([1]));
    await leader.rounds.stop();
  });

  it('lets nobody in at a cell that has taken a part over before it has read all accounts, while its round goes on', async () => {
    let isHeld = false;
    const waiting: (() => void)[] = [];
    const ledger = memoryPrivacy();
    const slow = async (...args: Parameters<PrivacyLedger['parts']>) => {
      if (isHeld) await new Promise<void>(resolve => waiting.push(resolve));
      return await ledger.parts(...args);
    };
    const begun = await begin({}, undefined, { ...seeded(ledger), parts: slow });
    const { world, leader } = begun;
    await play(world);
    await world.clock.advance(1_000);
    for (const device of half(world, 2)) world.checkIn(device);
    leader.rounds.beginNow();
    await world.clock.advance(11_000);
    await step(world);
    // In the midst of the second round.
    isHeld = true;
    await world.replace(2);
    const own = (round: number) => half(world, round).filter(({ id }) => world.partOf(id) === 2);
    expect(world.ask(own(1)[0]!)).toMatchObject({ decision: 'later', reason: /reads who has taken part/ });
    await play(world);
    await world.clock.advance(1_000);
    expect(world.records.filter(({ outcome }) => outcome === 'published').at(-1)).toMatchObject({
      number: 2,
      tally: { accepted: count / 2 },
    });
    expect(waiting.length).toBeGreaterThan(0);
    expect(world.ask(own(1)[0]!)).toMatchObject({ decision: 'later' });
    isHeld = false;
    for (const goOn of waiting) goOn();
    await world.clock.advance(2_000);
    expect(world.ask(own(2)[0]!)).toMatchObject({ decision: 'later', reason: /one of 2 rounds/ });
    const reason = expect.stringContaining('privacy budget');
    expect(world.ask(own(1)[0]!)).not.toMatchObject({ reason });
    await leader.rounds.stop();
  });

  it('holds devices to their parts where the number of parts changes', async () => {
    const ledger = seeded();
    const first = await begin({}, undefined, ledger);
    await play(first.world);
    await first.world.clock.advance(1_000);
    await first.leader.rounds.stop();
    for (const { rounds } of first.world.seats) await rounds.suspend();
    for (const cells of [2, 4]) {
      const cohort = { ...definition.cohort!, minimum: 12, cells };
      const world = await openSpread({
        task: { ...definition, cohort } as Partial<TaskDefinition>,
        devices: count,
        ledger,
      });
      await world.clock.advance(1_000);
      const again = half(world, 1).map(device => world.ask(device));
      expect(again).toEqual(
        again.map(() =>
          expect.objectContaining({ decision: 'later', reason: expect.stringMatching(/one of 2/) }),
        ),
      );
      for (const device of half(world, 2)) expect(world.ask(device)).toMatchObject({ decision: 'waiting' });
      expect(world.seats.reduce((sum, { accounts }) => sum + accounts.size, 0)).toBe(count / 2);
      for (const { rounds } of world.seats) await rounds.suspend();
    }
  });

  it('counts its step once where the claim of a leader that was replaced arrives late', async () => {
    const ledger = memoryPrivacy();
    const late: (() => Promise<unknown>)[] = [];
    let isLate = true;
    let ends = () => {};
    const held: PrivacyLedger = {
      ...ledger,
      async claim(claim) {
        if (!isLate) return await ledger.claim(claim);
        isLate = false;
        // It is on its way while its process is replaced.
        late.push(() => ledger.claim({ ...claim, seed: new Uint8Array(32).fill(9) }));
        ends();
        throw new MurmurationError('storage.in-use');
      },
    };
    const { world, leader } = await begin({}, undefined, held);
    ends = () => leader.life.end();
    await play(world);
    await world.clock.advance(1_000);
    expect(leader.life.isOver).toBe(true);
    const next = await world.openLeader();
    await world.clock.advance(20_000);
    expect((await headOf(world)).version.number).toBe(1);
    const before = [await budgetsOf(world), await partsOf(world)];
    expect(late).toHaveLength(1);
    await late[0]!();
    expect([await budgetsOf(world), await partsOf(world)]).toEqual(before);
    expect(before[0]).toMatchObject([{ steps: 1 }]);
    await next.rounds.stop();
  });

  it('has nobody wait whose part may count, as long as the round goes on in other parts', async () => {
    const begun = await begin({ schedule: { every: '0 s' } });
    const { world, leader } = begun;
    const own = half(world, 1).filter(({ id }) => world.partOf(id) === 1);
    for (let i = 0; i < 5; i++) await step(world, own);
    expect(world.seats[0]!.rounds.current!.state.phase).toBe('published');
    for (const device of own) {
      expect(world.ask(device)).toMatchObject({ decision: 'later' });
      expect(world.seats[0]!.pool.has(device.id)).toBe(false);
    }
    await leader.rounds.stop();
  });

  it('begins none where the budget is spent, and leaves nothing open in any part', async () => {
    const begun = await begin({ privacy: { ...privacy, rounds: 2, separation: 2 } });
    const { world, leader } = begun;
    await play(world);
    await world.clock.advance(1_000);
    await playNext(begun, 2);
    await world.clock.advance(1_000);
    for (const device of world.devices) world.checkIn(device);
    await world.clock.advance(3 * 3_600_000);
    expect(leader.rounds.isSpent).toBe(true);
    expect(world.records).toHaveLength(2);
    expect(await world.store.underWay()).toEqual([]);
    for (const { rounds } of world.seats) expect(rounds.isIdle).toBe(true);
    expect(world.ask(world.devices[0]!)).toMatchObject({ decision: 'later' });
    expect(world.faults).toEqual([]);
    await leader.rounds.stop();
  });

  it('fails, and makes no version, where another round has its step at the end', async () => {
    const { world, leader } = await begin();
    const [budget] = await budgetsOf(world);
    await world.ledger.claim({
      budget: budget!.id,
      step: 0,
      round: 'another'.padEnd(22, '-') as RoundId,
      seed: new Uint8Array(32),
      contributors: [],
      oldest: 0,
    });
    await play(world);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([
      { outcome: 'failed', failure: { reason: expect.stringMatching(/Step 0 of the privacy budget/) } },
    ]);
    expect((await headOf(world)).version.number).toBe(0);
    expect(await world.store.underWay()).toEqual([]);
    for (const { channel, rounds, part } of world.seats) {
      expect(rounds.isIdle).toBe(true);
      const own = half(world, 1).filter(({ id }) => world.partOf(id) === part);
      expect(channel.ends.map(({ device }) => device).sort()).toEqual(own.map(({ id }) => id).sort());
    }
    await leader.rounds.stop();
  });
});
