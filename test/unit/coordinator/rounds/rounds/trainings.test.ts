import type { DeviceId, ModelHash } from '@murmuration/protocol/ids/ids';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import { basesOf, Trainings } from '@murmuration/rounds/rounds/trainings';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { assignmentOf } from '../../../client-sdk/memory-coordinator.ts';

const device = (i: number) => String(i).padEnd(22, '_') as DeviceId;
const hash = (i: number) => i.toString(16).padStart(64, '0') as ModelHash;
const limit = 60_000;

let clock: VirtualClock;
let pool: WaitingPool;
let trainings: Trainings;
let given: Map<DeviceId, Assignment[]>;
let ended: Map<DeviceId, RoundEnd>;
let isPaused: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  pool = new WaitingPool(() => trainings.give());
  [given, ended, isPaused] = [new Map(), new Map(), false];
  trainings = new Trainings({
    clock,
    random: seededRandom(1),
    pool,
    channel: {
      isConnected: () => true,
      assign: (to, assignment) => void given.set(to, [...(given.get(to) ?? []), assignment]),
      end: (to, end) => void ended.set(to, end),
    },
    comeBackAfter: () => 7,
    admits: () => !isPaused,
  });
});

function offer(concurrency: number, ...versions: ModelHash[]): void {
  const { plan } = assignmentOf(clock, 'r1', { model: versions[0]!, bases: basesOf(versions) });
  trainings.offer({ versions, plan, number: versions.length, concurrency, limit });
}

describe('those who train for masked buffers', () => {
  it('are as many as the task says, from the newest version, and keep what they learn', () => {
    for (let i = 0; i < 5; i++) pool.add(device(i));
    expect(given.size).toBe(0);
    offer(3, hash(2), hash(1));
    expect([given.size, pool.size]).toEqual([3, 2]);
    for (const [{ plan, number, deadline }] of given.values() as Iterable<[Assignment]>)
      expect([plan.model, plan.bases, number, deadline]).toEqual([hash(2), [], 2, clock.now() + limit]);
    expect(trainings.models).toEqual([hash(2)]);
    const [first] = given.keys();
    trainings.over(first!);
    expect([given.size, pool.size, trainings.involves(first!)]).toEqual([4, 1, false]);
  });

  it('are those without an update that a buffer takes', () => {
    offer(10, hash(3), hash(2));
    pool.add(device(0), [], hash(2));
    pool.add(device(1), [], hash(3));
    pool.add(device(2), [], hash(1));
    pool.add(device(3));
    expect([...given.keys()]).toEqual([device(2), device(3)]);
    expect([trainings.wants(hash(2)), trainings.wants(hash(1)), trainings.wants(undefined)]).toEqual([
      false,
      true,
      true,
    ]);
    // Another version makes one too old that waits.
    offer(10, hash(4), hash(3));
    expect([...given.keys()].toSorted()).toEqual([device(0), device(2), device(3)]);
    expect(pool.heldFrom(base => base === hash(3)).size).toBe(1);
  });

  it('hear it again when they are back, until their time is over, and then others get their places', async () => {
    offer(1, hash(1));
    pool.add(device(0));
    pool.add(device(1));
    const [assignment] = given.get(device(0))!;
    trainings.back(device(0));
    expect(given.get(device(0))).toEqual([assignment, assignment]);
    await clock.advance(limit - 1);
    expect(ended.size).toBe(0);
    await clock.advance(1);
    expect(ended.get(device(0))).toEqual({
      round: assignment!.round,
      outcome: 'closed',
      reason: 'The time to train is over.',
      after: 7,
    });
    expect([...given.keys()]).toEqual([device(0), device(1)]);
    trainings.back(device(0));
    expect(given.get(device(0))).toHaveLength(2);
  });

  it('leave what is theirs alone', () => {
    offer(1, hash(1));
    pool.add(device(0));
    const { assignment } = given.get(device(0))![0]!;
    expect(trainings.leave(device(1), assignment)).toBe(false);
    expect(trainings.involves(device(0))).toBe(true);
    expect(trainings.leave(device(0), assignment)).toBe(true);
    expect(trainings.involves(device(0))).toBe(false);
  });

  it('get nothing new from a task that is paused, or has stopped', () => {
    isPaused = true;
    offer(5, hash(1));
    pool.add(device(0));
    expect([given.size, trainings.wants(undefined)]).toEqual([0, false]);
    isPaused = false;
    trainings.stop();
    trainings.give();
    expect(given.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

it('devices that wait are counted by what they keep, however they come and go', () => {
  const steps = fc.array(
    fc.record({ who: fc.nat(9), base: fc.option(fc.nat(2), { nil: undefined }), goes: fc.boolean() }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, fc.nat(4), (all, count) => {
      const waiting = new WaitingPool(() => {});
      const held = new Map<DeviceId, ModelHash | undefined>();
      for (const { who, base, goes } of all) {
        const version = base === undefined ? undefined : hash(base);
        if (goes) waiting.remove(device(who));
        else waiting.add(device(who), [], version);
        if (goes) held.delete(device(who));
        else held.set(device(who), version);
      }
      const fits = (base: ModelHash | undefined) => base === hash(1) || base === undefined;
      const expected = [...held].flatMap(([who, base]) => (fits(base) ? [who] : []));
      const those = waiting.heldFrom(fits);
      expect(those.size).toBe(expected.length);
      const drawn = those.draw(count, seededRandom(3));
      expect(drawn).toHaveLength(Math.min(count, expected.length));
      for (const who of drawn) expect(expected).toContain(who);
      expect([waiting.size, those.size]).toEqual([held.size - drawn.length, expected.length - drawn.length]);
    }),
  );
});
