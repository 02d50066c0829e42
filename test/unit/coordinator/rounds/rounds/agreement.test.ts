import type { CollectingState } from '@murmuration/rounds/round/round';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import type { Federation } from '../../server/federation.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openMaskedCohort } from './masked-cohort.ts';

type Six = [MaskedDevice, MaskedDevice, MaskedDevice, MaskedDevice, MaskedDevice, MaskedDevice];
let federation: Federation;
let devices: Six;
let phase: () => string;
let store: MemoryRounds;

beforeEach(async () => {
  store = new MemoryRounds();
  await open();
});
afterEach(() => federation.rounds.stop());

async function open(change = {}): Promise<void> {
  const opened = await openMaskedCohort(change, store);
  ({ federation, phase } = opened);
  devices = opened.devices as Six;
}

/** Everybody of `some` does its next step, so many times. */
async function step(times: number, some: readonly MaskedDevice[] = devices): Promise<void> {
  for (let time = 0; time < times; time++) for (const each of some) await each.step();
  await federation.clock.advance(0);
}

const state = () => federation.rounds.current!.state as CollectingState;
const heard = ({ id }: MaskedDevice) => (federation.channel.inputs.get(id) ?? []).map(({ event }) => event);
const entries = async () => (await store.underWay())[0]!.entries.map(({ type }) => type);

describe('agreement on one statement', () => {
  it('SA12 SA13: is asked of everybody whose update counts, once that is durable, and then they are told', async () => {
    await step(3);
    expect(phase()).toBe('agreement');
    expect((await entries()).filter(type => type === 'stated')).toEqual(['stated']);
    for (const device of devices) expect(heard(device)).toEqual(['roster', 'bundle', 'survivors']);
    await step(1, devices.slice(0, 5));
    expect(phase()).toBe('agreement');
    for (const device of devices) expect(heard(device)).not.toContain('agreed');
    await step(1, devices.slice(5));
    expect(phase()).toBe('unmasking');
    for (const device of devices) expect(heard(device)).toEqual(['roster', 'bundle', 'survivors', 'agreed']);
    await step(1, devices.slice(0, 5));
    const [record] = federation.records;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 6 } });
    // Five reveal enough, and the agreement that settled it counts in its phase.
    expect(record!.phases.map(each => [each.phase, each.accepted])).toEqual([
      ['gathering', 6],
      ['keys', 6],
      ['shares', 6],
      ['updates', 6],
      ['agreement', 6],
      ['unmasking', 5],
      ['closing', 6],
    ]);
  });

  it('SA13: takes a signature once, the same again, and no other', async () => {
    await step(3);
    const [device, other] = devices;
    const mine = device.prepare();
    const theirs = other.prepare();
    expect([mine.kind, mine.bytes.length]).toEqual(['agree', 64]);
    expect(await codeOfPromise(device.send({ ...mine, bytes: theirs.bytes }))).toBe('secagg.agreement');
    expect(await codeOfPromise(device.send({ ...mine, bytes: mine.bytes.subarray(1) }))).toBe(
      'secagg.agreement',
    );
    expect(state().quorum).toMatchObject({ accepted: 0, rejected: 2 });
    for (let time = 0; time < 2; time++) await device.send(mine);
    expect(state().quorum.accepted).toBe(1);
    expect(await codeOfPromise(device.send({ ...mine, bytes: theirs.bytes }))).toBe('round.repeated');
    expect(state().quorum).toMatchObject({ accepted: 1, rejected: 2 });
    expect((await entries()).filter(type => type === 'agree')).toEqual(['agree']);
  });

  it('SA13: is taken neither before it is asked for nor where the plan asks nobody', async () => {
    const noise = { kind: 'agree', bytes: new Uint8Array(64) } as const;
    for (const before of ['keys', 'shares', 'updates']) {
      expect(phase()).toBe(before);
      expect(await codeOfPromise(devices[0].send(noise, devices[0].part!.assignment))).toBe('round.closed');
      await step(1);
    }
    await federation.rounds.stop();
    store = new MemoryRounds();
    await open({ masking: { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.1 } });
    await step(3);
    expect(phase()).toBe('unmasking');
    expect(await codeOfPromise(devices[0].send(noise, devices[0].part!.assignment))).toBe('round.closed');
    for (const device of devices) expect(heard(device).at(-1)).toBe('survivors');
    await step(1, devices.slice(0, 5));
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 6 } }]);
  });

  it('SA14: is taken while others reveal, of one that is back, which is then told what they agreed to, and reveals', async () => {
    await step(3);
    const [late, ...others] = devices;
    federation.disconnect(late.id);
    await step(1, others);
    await federation.clock.advance(2_000);
    expect(phase()).toBe('unmasking');
    await step(1, others.slice(0, 4));
    expect(federation.records).toEqual([]);
    federation.connect(late.id);
    await federation.clock.advance(0);
    // It has not agreed: that is what it is asked again.
    expect(heard(late).at(-1)).toBe('survivors');
    const agreement = late.prepare();
    expect(await codeOfPromise(late.send({ ...agreement, bytes: new Uint8Array(64) }))).toBe(
      'secagg.agreement',
    );
    await late.send(agreement);
    await federation.clock.advance(0);
    expect(heard(late).at(-1)).toBe('agreed');
    expect(state().quorum.accepted).toBe(4);
    await late.send(late.prepare());
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 6 } }]);
  });

  it('SA14: that too few give fails the round, and nobody is told of that of the others', async () => {
    await step(3);
    await step(1, devices.slice(0, 4));
    await federation.clock.advance(120_000);
    expect(phase()).toBe('agreement');
    await federation.clock.advance(60_000);
    expect(federation.records).toMatchObject([
      { outcome: 'failed', failure: { during: 'agreement' }, tally: { accepted: 6 }, model: null },
    ]);
    for (const device of devices) expect(heard(device)).not.toContain('agreed');
  });

  it('SA10: is not for those whose update came without their signature of who dealt', async () => {
    await step(2);
    const [bad, ...others] = devices;
    const update = bad.prepare();
    const { bytes, signature } = update;
    const other = { ...update, signature: new Uint8Array(64) };
    expect(await codeOfPromise(bad.send({ kind: 'update', bytes }))).toBe('update.unsigned');
    expect(await codeOfPromise(bad.send(other))).toBe('update.unsigned');
    const { assignment } = bad.part!;
    // The bytes themselves are refused without it as well.
    const driver = federation.rounds.current!;
    expect(await codeOfPromise(driver.accept(assignment, bytes))).toBe('update.unsigned');
    expect(state().quorum.accepted).toBe(0);
    await driver.accept(assignment, bytes, signature);
    await step(1, others);
    expect(phase()).toBe('agreement');
  });
});
