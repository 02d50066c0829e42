import type { CollectingState } from '@murmuration/rounds/round/round';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, type Federation, openFederation, updateOf } from '../../server/federation.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openMaskedCohort } from './masked-cohort.ts';

const grace = 2_000;
let federation: Federation;
let devices: MaskedDevice[];
let phase: () => string;
let store: MemoryRounds;

beforeEach(async () => {
  store = new MemoryRounds();
  ({ federation, devices, phase } = await openMaskedCohort({}, store));
});
afterEach(() => federation.rounds.stop());

async function step(some: readonly MaskedDevice[] = devices): Promise<void> {
  for (const each of some) await each.step();
  await federation.clock.advance(0);
}

/** These play on until the round has what it wants. */
async function finish(some: readonly MaskedDevice[]): Promise<void> {
  for (let time = 0; time < 5; time++)
    for (const each of some) if (phase() !== 'closing' && federation.records.length === 0) await each.step();
  await federation.clock.advance(0);
}

/** Each phase that waits for those who are gone, and how many steps lead to it. */
const phases = [
  ['keys', 0, 'shares'],
  ['shares', 1, 'updates'],
  ['updates', 2, 'agreement'],
  ['agreement', 3, 'unmasking'],
] as const;

describe.each(phases)('a device whose connection is gone in %s', (name, steps, next) => {
  let lost: MaskedDevice;
  let others: MaskedDevice[];

  beforeEach(async () => {
    for (let each = 0; each < steps; each++) await step();
    expect(phase()).toBe(name);
    [lost, ...others] = devices as [MaskedDevice, ...MaskedDevice[]];
    federation.disconnect(lost.id);
  });

  it('costs its round the grace, and not the deadline', async () => {
    await step(others);
    expect(phase()).toBe(name);
    await federation.clock.advance(grace - 1);
    expect(phase()).toBe(name);
    await federation.clock.advance(1);
    expect(phase()).toBe(next);
    const { endedAt } = federation.rounds.current!.phases.find(each => each.phase === name)!;
    expect(endedAt).toBe(federation.clock.now());
    const { entries } = (await store.underWay())[0]!;
    expect(entries.filter(({ type }) => type === 'graced')).toEqual([
      { type: 'graced', time: endedAt, phase: name },
    ]);
    await finish(others);
    const accepted = name === 'agreement' ? 6 : 5;
    expect(federation.records).toMatchObject([
      { outcome: 'published', tally: { accepted, lost: 6 - accepted } },
    ]);
    expect(federation.clock.now()).toBe(endedAt);
  });

  it('is waited for again once it is back, and has the whole grace where it is lost once more', async () => {
    await step(others);
    await federation.clock.advance(grace - 1);
    federation.connect(lost.id);
    await federation.clock.advance(10 * grace);
    expect(phase()).toBe(name);
    federation.disconnect(lost.id);
    await federation.clock.advance(grace - 1);
    expect(phase()).toBe(name);
    federation.connect(lost.id);
    await step([lost]);
    expect(phase()).toBe(next);
    await finish(devices);
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 6 } }]);
  });

  it('has the time of those who are at work, and the grace from when these have answered', async () => {
    const [slow, ...quick] = others as [MaskedDevice, ...MaskedDevice[]];
    await step(quick);
    await federation.clock.advance(10 * grace);
    expect(phase()).toBe(name);
    await step([slow]);
    await federation.clock.advance(grace - 1);
    expect(phase()).toBe(name);
    await federation.clock.advance(1);
    expect(phase()).toBe(next);
  });

  it('is waited for to the deadline where the round has not enough without it', async () => {
    const few = others.slice(0, name === 'agreement' ? 4 : 3);
    for (const gone of others.slice(few.length)) federation.disconnect(gone.id);
    await step(few);
    const { deadline } = (federation.rounds.current!.state as CollectingState).quorum;
    await federation.clock.advance(deadline - federation.clock.now() - 1);
    expect(phase()).toBe(name);
    await federation.clock.advance(1);
    expect(federation.records).toMatchObject([{ outcome: 'failed', failure: { during: name } }]);
  });

  it('RD13: is told that its part is over, where it comes back too late, or goes on in the next phase', async () => {
    await step(others);
    await federation.clock.advance(grace);
    federation.connect(lost.id);
    await federation.clock.advance(0);
    const ends = federation.channel.ends.filter(({ device }) => device === lost.id);
    expect(ends.map(({ end }) => end.outcome)).toEqual(name === 'agreement' ? [] : ['closed']);
  });
});

describe('devices whose connections are gone', () => {
  it('are waited for in unmasking until enough have revealed, whatever the grace', async () => {
    for (let each = 0; each < 4; each++) await step();
    expect(phase()).toBe('unmasking');
    for (const gone of devices.slice(4)) federation.disconnect(gone.id);
    await step(devices.slice(0, 4));
    await federation.clock.advance(10 * grace);
    expect(phase()).toBe('unmasking');
    federation.connect(devices[4]!.id);
    await step([devices[4]!]);
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 6 } }]);
  });

  it('of a plain round are waited for to its deadline', async () => {
    const plain = await openFederation({ task: { cohort: { goal: 3, minimum: 2, overSelection: 1 } } });
    const { rounds, clock, channel, records } = plain;
    await rounds.start();
    await clock.advance(0);
    for (let i = 0; i < 3; i++) plain.checkIn(deviceId(i));
    plain.disconnect(deviceId(2));
    for (let i = 0; i < 2; i++)
      await rounds.current!.accept(channel.assignments.get(deviceId(i))!.assignment, updateOf([1, 0, 0, 0]));
    await clock.advance(59_999);
    expect(records).toEqual([]);
    await clock.advance(1);
    expect(records).toMatchObject([{ outcome: 'published', tally: { accepted: 2, lost: 1 } }]);
    await rounds.stop();
  });

  it('leave no timer behind, where their round ends before their grace', async () => {
    federation.disconnect(devices[0]!.id);
    await step(devices.slice(1));
    federation.rounds.current!.abort('An operator ended it.');
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
  });
});
