import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Core, openCore } from '@murmuration/coordinator/assembly/core';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Population } from '@murmuration/rounds/population/population';
import { termsOfPart } from '@murmuration/rounds/round/parts';
import type { SpreadTerms } from '@murmuration/rounds/round/round';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { PartDeal, partName } from '@murmuration/storage/leases/parts';
import type { TaskPlace } from '@murmuration/storage/leases/ports';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spreadTerms } from '../../../../contract/round-parts.ts';
import { roundA } from '../../../../contract/rounds.ts';
import { standing } from '../../../../contract/standing.ts';
import { seededRandom } from '../../../../seeded-random.ts';

const task = defineTask({
  name: 'spread',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { goal: 4, minimum: 2, overSelection: 1, cells: 2 },
  deadlines: { gathering: '10 min' },
  schedule: { every: '1 h' },
});
const other = defineTask({
  name: 'other',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { goal: 2, minimum: 2, overSelection: 1 },
  deadlines: { gathering: '10 min' },
  schedule: { every: '1 h' },
});
const deal = new PartDeal(new Uint8Array(32).fill(9));
const devices = Array.from({ length: 40 }, (_, i) => `device-${String(i).padStart(15, '0')}` as DeviceId);
const of = (part: number) => devices.filter(device => deal.of(task.name, device, 2) === part);

let clock: VirtualClock;
let storage: Stores;
let cells: Core[];
let disconnected: [DeviceId, string][];
let ended: unknown[];
let told = () => {};

/** A cell over the storage of this test. */
async function openCell(seed: number): Promise<Core> {
  const events = new CoordinatorEvents();
  events.on('round-ended', record => ended.push(record));
  events.on('parts', () => told());
  const { limits, retention } = parseConfig({ openEnrolment: true });
  const population = new Population(storage.devices, async () => true, native, clock);
  await population.open();
  const random = seededRandom(seed);
  const connections = new DeviceConnections({
    clock,
    random,
    population,
    events,
    limits,
    frames: frameLengths([task]),
  });
  const channel = Object.assign(connections, {
    isConnected: () => true,
    disconnect: (device: DeviceId, code: string) => disconnected.push([device, code]),
  });
  Object.defineProperty(channel, 'devices', { value: devices });
  const unused = { close: async () => {} } as never;
  const core = await openCore([], {
    clock,
    random,
    jitter: random,
    secrets: random,
    storage: { ...storage, durable: true },
    population,
    channel,
    deal,
    unmasker: unused,
    noise: unused,
    trainer: unused,
    events,
    moments: new MomentActions(events),
    limits,
    retention,
  });
  core.parts!.define([task]);
  await core.start();
  cells.push(core);
  return core;
}

const checkIn = (core: Core, device: DeviceId, name = task.name) =>
  core.requests.checkIn({ device: { id: device }, sdk: '0.2.0' } as never, {
    task: name,
    conditions: {},
  });

/** What the cell that leads says of the task. */
const places: readonly TaskPlace[] = [
  { task: task.name, cell: 'http://cell.example.org', said: { standing: { ...standing, parts: 2 }, age: 0 } },
];

beforeEach(async () => {
  clock = new VirtualClock(1_000);
  storage = await openStorage(undefined, clock);
  cells = [];
  disconnected = [];
  ended = [];
  told = () => {};
});
afterEach(async () => {
  for (const core of cells) {
    await core.suspend();
    await core.close();
  }
});

describe('TK5: cells with the parts of one task', () => {
  it('take each device in its part alone, wherever it comes', async () => {
    const [first, second] = [await openCell(1), await openCell(2)];
    await first.parts!.takeOver(partName(task.name, 1));
    await second.parts!.takeOver(partName(task.name, 2));
    for (const core of [first, second]) core.parts!.saw(places);
    const device = of(2)[0]!;
    expect(checkIn(first, device)).toMatchObject({ decision: 'later', after: 1_000 });
    expect(checkIn(second, device)).toMatchObject({ decision: 'waiting' });
    expect(first.parts!.pools.map(({ size }) => size)).toEqual([0]);
    expect(second.parts!.pools.map(({ size }) => size)).toEqual([1]);
    expect(second.requests.welcome(device).tasks).toMatchObject([{ task: task.name }]);
  });

  it('tell fronts of a part what the leading cell says, with its own room', async () => {
    const core = await openCell(1);
    await core.parts!.takeOver(partName(task.name, 1));
    expect(core.parts!.standingOf(partName(task.name, 1))).toBeUndefined();
    core.parts!.saw(places);
    const said = () => core.parts!.standingOf(partName(task.name, 1))!;
    expect(said()).toMatchObject({ champion: standing.champion, parts: 2, busy: null, untilNextRound: 0 });
    for (const device of of(1)) checkIn(core, device);
    // Ten for each of two places.
    const waiting = core.parts!.pools[0]!.size;
    expect(waiting).toBe(Math.min(of(1).length, 20));
    core.parts!.saw([
      { ...places[0]!, said: { standing: { ...standing, untilNextRound: 900_000 }, age: 0 } },
    ]);
    expect(said().untilNextRound).toBe(900_000);
  });

  it('have one round, in both parts, and devices of one part are strangers to the other', async () => {
    const [first, second] = [await openCell(1), await openCell(2)];
    await first.parts!.takeOver(partName(task.name, 1));
    await second.parts!.takeOver(partName(task.name, 2));
    for (const core of [first, second]) core.parts!.saw(places);
    for (const part of [1, 2]) for (const device of of(part).slice(0, 2)) checkIn(cells[part - 1]!, device);
    const admit = await first.add(task);
    const leader = await admit(async () => {});
    await clock.advance(1_000);
    const { id } = leader.newest!.terms;
    const parts = [first, second].map(core => core.parts!.all[0]!.current!);
    expect(parts.map(({ terms }) => [terms.id, 'part' in terms && terms.part, terms.goal])).toEqual([
      [id, 1, 2],
      [id, 2, 2],
    ]);
    expect(parts.map(({ state }) => state.phase)).toEqual(['updates', 'updates']);
    const members = parts.map(({ state }) => ('cohort' in state ? state.cohort.members : []));
    expect(members.map(each => each.map(({ device }) => device).sort())).toEqual(
      [1, 2].map(part => of(part).slice(0, 2)),
    );
    // Where one cell leads the round and has a part as well, the part is found.
    const [one] = members[0]!;
    expect(first.parts!.find(id, one!.assignment)).toBe(parts[0]);
    expect(second.parts!.find(id, one!.assignment)).toBeUndefined();
    expect(second.parts!.find('none' as RoundId)).toBeUndefined();
    // One part is over: to those of the other one this cell is any cell, and theirs may wait for what they have.
    const theirs = members[1]![0]!.assignment;
    parts[0]!.abort('Nobody came.');
    await clock.advance(1_000);
    expect(parts.map(({ state }) => state.phase)).toEqual(['failed', 'updates']);
    expect(first.parts!.find(id, theirs)).toBeUndefined();
    expect(first.parts!.find(id, one!.assignment)).toBe(parts[0]);
    // And it ends in both, where it is ended.
    leader.abort('That is enough.', 'operator');
    await clock.advance(1_000);
    expect(parts.map(({ state }) => state.phase)).toEqual(['failed', 'failed']);
    expect(ended).toMatchObject([{ round: id, outcome: 'failed', failure: { reason: 'That is enough.' } }]);
    expect(() => first.parts!.find(id, one!.assignment)).not.toThrow();
    expect(() => first.parts!.find(id, theirs)).toThrow(expect.objectContaining({ code: 'round.closed' }));
    expect(await storage.rounds.underWay()).toEqual([]);
  });

  it('tell how far their parts are, which whoever leads sees', async () => {
    const [first, second] = [await openCell(1), await openCell(2)];
    const names = [partName(task.name, 1), partName(task.name, 2)];
    await first.parts!.takeOver(names[0]!);
    await second.parts!.takeOver(names[1]!);
    for (const core of [first, second]) core.parts!.saw(places);
    expect(first.parts!.standingOf(names[0]!)).not.toHaveProperty('progress');
    // All that the first part waits for, and one device of the second.
    for (const device of of(1).slice(0, 2)) checkIn(first, device);
    checkIn(second, of(2)[0]!);
    const admit = await first.add(task);
    const leader = await admit(async () => {});
    await clock.advance(1_000);
    const terms = leader.newest!.terms as SpreadTerms;
    let changes = 0;
    told = () => {
      changes += 1;
    };
    const see = () => {
      const said = [first, second].map((core, i) => ({
        task: names[i]!,
        cell: 'http://cell.example.org',
        said: { standing: core.parts!.standingOf(names[i]!)!, age: 0 },
      }));
      first.parts!.saw([...places, ...said]);
      return first.parts!.seen(terms);
    };
    const seen = see();
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
    expect(seen).toMatchObject([
      { hasCell: true, progress: { round: terms.id, phase: 'updates', accepted: 0, goal: 2 } },
      {
        hasCell: true,
        progress: { phase: 'gathering', accepted: 1, goal: 2, cohort: { waiting: 1, size: 2 } },
      },
    ]);
    expect(changes).toBe(1);
    see();
    // Nothing has changed.
    expect(changes).toBe(1);
    checkIn(second, of(2)[1]!);
    await clock.advance(0);
    expect(see()[1]).toMatchObject({ progress: { phase: 'updates', cohort: { size: 2, working: 2 } } });
    expect(changes).toBe(2);
    // Nothing of another round, and of no cell that is gone.
    expect(first.parts!.seen({ ...terms, id: roundA })).toEqual(
      Array(2).fill({ hasCell: true, progress: null }),
    );
    first.parts!.saw(places);
    expect(first.parts!.seen(terms)).toEqual(Array(2).fill({ hasCell: false, progress: null }));
    expect(changes).toBe(3);
    leader.abort('That is enough.', 'operator');
    await clock.advance(1_000);
  });

  it('leave a part to another cell between rounds alone, and send those that wait for it there', async () => {
    const core = await openCell(1);
    const name = partName(task.name, 1);
    await core.parts!.takeOver(name);
    core.parts!.saw(places);
    for (const device of of(1).slice(0, 5)) checkIn(core, device);
    const admit = await core.add(task);
    const leader = await admit(async () => {});
    await clock.advance(1_000);
    const waiting = core.parts!.pools[0]!.devices;
    expect(waiting).toHaveLength(3);
    expect(await core.parts!.leave(name)).toBe(false);
    leader.abort('That is enough.', 'operator');
    await clock.advance(1_000);
    expect(await core.parts!.leave(name)).toBe(true);
    expect(core.parts!.has(name)).toBe(false);
    // Of all devices of the part that are connected, those alone that nothing else would tell.
    expect(disconnected).toEqual(waiting.map(device => [device, 'server.unreachable']));
    expect(checkIn(core, of(1)[0]!)).toMatchObject({ decision: 'later' });
  });

  it('leave devices of a part their other tasks, until these are over', async () => {
    const core = await openCell(1);
    const name = partName(task.name, 1);
    await core.parts!.takeOver(name);
    core.parts!.saw(places);
    const admit = await core.add(other);
    const rounds = await admit(async () => {});
    const [both, gone, back, only, third] = of(1) as [DeviceId, DeviceId, DeviceId, DeviceId, DeviceId];
    for (const device of [both, gone, back])
      for (const each of [task.name, other.name])
        expect(checkIn(core, device, each)).toMatchObject({ decision: 'waiting' });
    // Each of these is here for one task.
    checkIn(core, only);
    checkIn(core, third, other.name);
    await clock.advance(0);
    const { current } = rounds;
    expect(current!.state.phase).toBe('updates');
    const working = [both, gone, back, third].filter(device => current!.involves(device));
    expect(working).toHaveLength(2);
    expect(await core.parts!.leave(name)).toBe(true);
    expect(disconnected).toEqual([[only, 'server.unreachable']]);
    expect(working.every(device => current!.involves(device))).toBe(true);
    expect(core.pools.get(other.name)!.size).toBe(2);
    core.parts!.saw(places);
    expect(disconnected).toHaveLength(1);
    // Whoever connects again has heard that it waits no more, as has whoever is gone.
    core.requests.connected(back);
    core.requests.disconnected(gone);
    rounds.abort('That is enough.', 'operator');
    await clock.advance(0);
    for (const device of [both, third]) core.pools.get(other.name)!.remove(device);
    core.parts!.saw(places);
    core.parts!.saw(places);
    expect(disconnected.slice(1)).toEqual([[both, 'server.unreachable']]);
  });

  it('forget what is left of a round that was spread over more cells', async () => {
    const whole = { ...spreadTerms(roundA), parts: { count: 4, smallest: 1 } };
    const plan = { ...whole.plan, task: task.name };
    for (const part of [1, 3, 4]) await storage.rounds.begin(termsOfPart({ ...whole, plan }, part));
    const core = await openCell(1);
    await core.parts!.takeOver(partName(task.name, 2));
    expect(await storage.rounds.underWay()).toHaveLength(3);
    await core.parts!.takeOver(partName(task.name, 1));
    expect(await storage.rounds.underWay()).toEqual([]);
  });
});
