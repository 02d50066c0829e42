import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { DevicePart, PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { mayTakePart } from '@murmuration/rounds/privacy/taking-part';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { openSpread, type SpreadWorld } from '../../server/spread-world.ts';
import { budgetsOf, count, definition, seeded, step } from './spread-budget.ts';

const privacy = {
  epsilon: 4,
  delta: 1e-5,
  rounds: 40,
  separation: 3,
  noise: 'independent',
} as const;
const task = { ...definition, privacy } as Partial<TaskDefinition>;
const reading = 'the coordinator reads who has taken part under the privacy budget';
const tooSoon = 'the privacy budget lets a device take part in one of 3 rounds';

/** A ledger whose answers to cells come whenever they come, with what it had when it was asked, or later. */
function slowLedger(ledger: PrivacyLedger, below: (bound: number) => number) {
  const line: { clock: VirtualClock | undefined } = { clock: undefined };
  const after = (delays: readonly number[]) =>
    new Promise<void>(resolve => {
      const { clock } = line;
      const ms = clock ? delays[below(delays.length)]! : 0;
      if (ms > 0) clock!.at(clock!.now() + ms, resolve);
      else resolve();
    });
  const slow =
    <Args extends unknown[], Found>(ask: (...args: Args) => Promise<Found>, delays = [0, 0, 300, 2_000]) =>
    async (...args: Args): Promise<Found> => {
      await after(delays);
      const found = await ask(...args);
      await after(delays);
      return found;
    };
  const later = slow(ledger.parts, [0, 9_000, 40_000]);
  return {
    line,
    slow: {
      ...ledger,
      budgets: slow(ledger.budgets),
      // All pages but the first one take longer than a round.
      parts: (...args: Parameters<PrivacyLedger['parts']>) =>
        args[1].after ? later(...args) : ledger.parts(...args),
      partsOf: slow(ledger.partsOf),
      async claim(...args: Parameters<PrivacyLedger['claim']>) {
        // It is refused in its own transaction where its cell was replaced, so that it never comes late.
        const seeds = await ledger.claim(...args);
        await after([0, 2_000]);
        return seeds;
      },
    } satisfies PrivacyLedger,
  };
}

/** More devices than are read at once, in the order of a ledger, who have had a part in steps 1 and 2. */
const strangers: readonly DevicePart[] = Array.from({ length: 11_000 }, (_, i) => ({
  device: `stranger-${String(i).padStart(5, '0')}`.padEnd(22, '-') as DeviceId,
  step: i < 5_500 ? 1 : 2,
  parts: 1,
}));

/** The budget that a cell begins for the task, and the devices that may come. */
async function begin() {
  const world = await openSpread({ task, devices: count });
  for (const device of world.devices) world.checkIn(device);
  const leader = await world.openLeader();
  await world.clock.advance(11_000);
  await leader.rounds.suspend();
  for (const { rounds } of world.seats) await rounds.suspend();
  const [budget] = await budgetsOf(world);
  return { budget: budget!, ids: world.devices.map(({ id }) => id) };
}

/** A ledger with three steps of a budget: a first one of the devices, and two of strangers. */
async function filled({ budget, ids }: Awaited<ReturnType<typeof begin>>): Promise<PrivacyLedger> {
  const { id, task, terms, openedAt } = budget;
  const ledger = memoryPrivacy();
  await ledger.open({ id, task, terms, openedAt });
  for (const step of [0, 1, 2])
    await ledger.claim({
      budget: id,
      step,
      round: `before-${step}`.padEnd(22, '-') as RoundId,
      seed: new Uint8Array(32),
      contributors: step === 0 ? ids : [],
      oldest: 0,
    });
  return {
    ...ledger,
    async parts(of, { after, limit }) {
      const own = await ledger.parts(of, { limit: count });
      const all = [
        ...own.filter(({ step }) => step === 0),
        ...(of === id ? strangers : []),
        ...own.filter(({ step }) => step > 0),
      ];
      const isAfter = ({ step, device }: DevicePart) =>
        !after || step > after.step || (step === after.step && device > after.device);
      const from = all.findIndex(isAfter);
      return from < 0 ? [] : all.slice(from, from + limit);
    },
  };
}

/** What each device has had in the budget, told by the ledger as it happens. */
function watched(ledger: PrivacyLedger) {
  const steps = new Map<DeviceId, number[]>();
  return {
    steps,
    ledger: {
      ...ledger,
      async claim(claim) {
        const seeds = await ledger.claim(claim);
        for (const device of claim.contributors) {
          const own = steps.get(device) ?? [];
          if (!own.includes(claim.step)) steps.set(device, [...own, claim.step]);
        }
        return seeds;
      },
    } satisfies PrivacyLedger,
  };
}

/** Hears of each place in a cohort that a device gets. */
function onAssign(world: SpreadWorld, heard: (device: DeviceId, step: number) => void): void {
  for (const { channel } of world.seats) {
    const assign = channel.assign.bind(channel);
    channel.assign = (device, assignment) => {
      // A device that is back hears of the same one again.
      if (channel.assignments.get(device)?.assignment !== assignment.assignment)
        heard(device, assignment.plan.privacy!.step);
      assign(device, assignment);
    };
  }
}

describe('TK5: a part of a spread round under a privacy budget', () => {
  it('lets devices in at a cell that has just taken it over, by what the ledger says of each, before it has read all accounts', async () => {
    const ledger = await filled(await begin());
    const waiting: (() => void)[] = [];
    let pages = 0;
    const held: PrivacyLedger = {
      ...ledger,
      async parts(...args) {
        // The second page and those after it, of each part.
        if (args[1].after && ++pages > 0) await new Promise<void>(resolve => waiting.push(resolve));
        return await ledger.parts(...args);
      },
    };
    const world = await openSpread({ task, devices: count, seed: 2, ledger: held });
    const ofPart = (part: number) => world.devicesOf(part);
    // It is asked about while its cell opens.
    const come = await Promise.all(ofPart(1).map(world.come));
    expect(world.ask(ofPart(2)[0]!)).toMatchObject({ decision: 'later', reason: reading });
    // They were in step 0, and the next one is step 3.
    expect(come).toEqual(come.map(() => ({ decision: 'waiting' })));
    const leader = await world.openLeader();
    await world.clock.advance(1_000);
    for (const part of [2, 3]) for (const device of ofPart(part)) await world.come(device);
    await world.clock.advance(11_000);
    for (let i = 0; i < 5; i++) await step(world);
    await world.clock.advance(1_000);
    expect(world.records).toMatchObject([{ outcome: 'published' }]);
    await world.clock.advance(1_000);
    const devices = world.devices.filter(({ part }) => part);
    expect(devices.length).toBe(world.records[0]!.tally.accepted);
    const first = devices.find(({ id }) => world.partOf(id) === 1);
    expect((await world.come(first!))!).toMatchObject({ decision: 'later', reason: tooSoon });
    // The next cell asks again, as often as it has to.
    await world.replace(1);
    expect((await world.come(first!))!).toMatchObject({ decision: 'later', reason: tooSoon });
    expect(world.ask(first!)).toMatchObject({ decision: 'later', reason: tooSoon });
    expect(pages).toBeGreaterThanOrEqual(4);
    expect(waiting).toHaveLength(pages);
    // All is read, and says the same.
    const sizes = () => world.seats.map(({ accounts }) => accounts.size);
    const before = sizes();
    while (waiting.length > 0) {
      for (const goOn of waiting.splice(0)) goOn();
      await world.clock.advance(0);
    }
    expect(Math.min(...before)).toBeLessThan(5_000);
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(11_000 + count);
    for (const device of devices)
      expect(world.ask(device)).toMatchObject({ decision: 'later', reason: tooSoon });
    expect(world.faults).toEqual([]);
    await leader.rounds.stop();
    for (const { rounds } of world.seats) await rounds.suspend();
    expect(world.clock.pending).toBe(0);
  });

  it('has no device counted beyond its budget, in whatever order accounts are read, devices come, rounds end and cells go', async () => {
    const begun = await begin();
    const wrong: unknown[] = [];
    const seen = { letIn: 0, unread: 0, tooSoon: 0, published: 0 };
    for (let seed = 1; seed <= 4; seed++) {
      const random = seededRandom(seed);
      const below = (bound: number) => new DataView(random(4).slice().buffer).getUint32(0) % bound;
      const ledger = await filled(begun);
      const { steps, ledger: own } = watched(seeded(ledger));
      const { line, slow } = slowLedger(own, below);
      const world = await openSpread({ task, devices: count, seed, ledger: slow });
      // Of step 0, from `filled`.
      for (const { id } of world.devices) steps.set(id, [0]);
      onAssign(world, (device, step) => {
        const parts = steps.get(device)!;
        const last = { step: parts.at(-1)!, parts: parts.length };
        seen.letIn += 1;
        const { accounts } = world.seatOf(device);
        if (accounts.untilKnown(world.task, 'nobody'.padEnd(22, '-') as DeviceId)) seen.unread += 1;
        if (!mayTakePart(last, step, world.task.privacy!)) wrong.push({ seed, step, device, last });
      });
      let leader = await world.openLeader();
      line.clock = world.clock;
      for (let turn = 0; turn < 120; turn++) {
        for (const device of world.devices) {
          if (below(100) === 0) world.lose(device);
          if (below(12) === 0)
            void world.come(device).then(answer => {
              if (answer?.decision === 'later' && answer.reason === tooSoon) seen.tooSoon += 1;
            });
        }
        if (below(25) === 0) await world.replace(1 + below(3));
        if (below(60) === 0) {
          leader.life.end();
          line.clock = undefined;
          leader = await world.openLeader();
          line.clock = world.clock;
        }
        const { newest } = leader.rounds;
        if (!newest || newest.state.phase === 'published' || newest.state.phase === 'failed')
          leader.rounds.beginNow();
        await step(
          world,
          world.devices.filter(() => below(10) > 0),
        );
        await world.clock.advance(below(2) === 0 ? 500 : 3_000);
      }
      line.clock = undefined;
      await world.clock.advance(400_000);
      seen.published += world.records.filter(({ outcome }) => outcome === 'published').length;
      const failures = world.records.flatMap(({ parts, failure }) => [
        ...(parts ?? []).flatMap(part => part.failure ?? []),
        ...(failure ? [failure.reason] : []),
      ]);
      // No part was lost because of whom its cell had let in.
      expect(failures.filter(reason => /sooner or more often/.test(reason))).toEqual([]);
      // What the ledger has is what was seen, each part of a device far enough from the one before.
      const [budget] = await budgetsOf(world);
      for (const { id } of world.devices) {
        const own = steps.get(id)!;
        own.forEach((step, i) => {
          if (i > 0) expect(step - own[i - 1]!).toBeGreaterThanOrEqual(privacy.separation);
        });
        expect(own.length).toBeLessThanOrEqual(world.task.privacy!.participations);
        expect((await ledger.partsOf(budget!.id, [id])).get(id)).toEqual({
          step: own.at(-1),
          parts: own.length,
        });
      }
      await leader.rounds.stop();
      for (const { rounds } of world.seats) await rounds.suspend();
    }
    expect(wrong).toEqual([]);
    // Devices were let in, also before all was read, and others sent away.
    expect(seen.letIn).toBeGreaterThan(100);
    expect(seen.unread).toBeGreaterThan(20);
    expect(seen.tooSoon).toBeGreaterThan(250);
    expect(seen.published).toBeGreaterThan(4);
  });
});
