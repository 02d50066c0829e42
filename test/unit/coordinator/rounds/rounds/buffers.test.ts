import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { deviceId, type Federation, openFederation, updateOf } from '../../server/federation.ts';

const task: Partial<TaskDefinition> = {
  cohort: { mode: 'asynchronous', goal: 2, concurrency: 4, maxStaleness: 2 },
};

/** A task whose devices come one by one, each of which adds 1 to a value of its own. */
async function open(change: Partial<TaskDefinition> = {}): Promise<Federation> {
  const federation = await openFederation({ task: { ...task, ...change } as Partial<TaskDefinition> });
  await federation.rounds.start();
  await federation.clock.advance(0);
  return federation;
}

const unit = (index: number) => [0, 1, 2, 3].map(i => (i === index ? 1 : 0));

const driverOf = ({ rounds, channel }: Federation, device: DeviceId) => {
  const { round, assignment } = channel.assignments.get(device)!;
  return { driver: rounds.find(round, assignment)!, assignment };
};

/** Sends the update of a device, by the round that it knows. */
async function submit(federation: Federation, index: number, delta = unit(index)): Promise<void> {
  const { driver, assignment } = driverOf(federation, deviceId(index));
  await driver.accept(assignment, updateOf(delta));
}

async function come(federation: Federation, ...indices: number[]): Promise<void> {
  for (const index of indices) federation.checkIn(deviceId(index));
  await federation.clock.advance(0);
}

/** The newest version's values. */
async function model({ registry, task: { name } }: Federation): Promise<number[]> {
  return [...(await registry.current(name)).files.weights];
}

const rounded = (values: readonly number[]) => values.map(value => Math.round(1_000 * value) / 1_000);

describe('the buffers of an asynchronous task', () => {
  it('give assignments to whoever comes, up to the concurrency, and make a version of every goal of updates', async () => {
    const federation = await open();
    await come(federation, 0);
    expect(federation.channel.assignments.size).toBe(1);
    await come(federation, 1, 2, 3, 4);
    expect(federation.channel.assignments.size).toBe(4);
    expect(federation.pool.size).toBe(1);
    await submit(federation, 0);
    await federation.clock.advance(0);
    // A place is free.
    expect(federation.channel.assignments.size).toBe(5);
    await submit(federation, 1);
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([
      { number: 1, outcome: 'published', tally: { accepted: 2, late: 0, lost: 0 } },
    ]);
    expect(await model(federation)).toEqual([0.5, 0.5, 0, 0]);
    expect(federation.faults).toEqual([]);
    await federation.rounds.suspend();
    expect(federation.clock.pending).toBe(0);
  });

  it('RD16: carry open assignments over, whose devices know the round that they began in, and discount what is stale', async () => {
    const federation = await open();
    await come(federation, 0, 1, 2, 3);
    const before = federation.channel.assignments.get(deviceId(2))!;
    await submit(federation, 0);
    await submit(federation, 1);
    await federation.clock.advance(0);
    expect(federation.rounds.current!.terms.number).toBe(2);
    expect(federation.rounds.current!.terms.id).not.toBe(before.round);
    // Nobody is told anything anew.
    expect(federation.channel.assignments.get(deviceId(2))).toBe(before);
    await submit(federation, 2);
    await submit(federation, 3);
    await federation.clock.advance(0);
    expect(federation.records.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    // (1 + 1)^−½ of half an update each.
    const stale = Math.round(500 / Math.SQRT2) / 1_000;
    expect(rounded(await model(federation))).toEqual([0.5, 0.5, stale, stale]);
    await federation.rounds.suspend();
  });

  it('RD16: start new assignments from the newest version, and tell it to a device that comes back', async () => {
    const federation = await open();
    await come(federation, 0, 1, 2);
    await submit(federation, 0);
    await submit(federation, 1);
    await federation.clock.advance(0);
    await come(federation, 5);
    const {
      channel,
      history,
      task: { name },
    } = federation;
    const [newest, first] = await history.versions(name, 9, 9);
    expect(channel.assignments.get(deviceId(5))!.plan.model).toBe(newest!.model);
    const old = channel.assignments.get(deviceId(2))!;
    expect(old.plan.model).toBe(first!.model);
    federation.disconnect(deviceId(2));
    channel.assignments.delete(deviceId(2));
    federation.connect(deviceId(2));
    expect(channel.assignments.get(deviceId(2))).toEqual(old);
    await federation.rounds.suspend();
  });

  it('RD16: let devices go whose update would be too stale, and refuse it', async () => {
    const federation = await open({
      cohort: { mode: 'asynchronous', goal: 2, concurrency: 3, maxStaleness: 0 },
    });
    await come(federation, 0, 1, 2);
    const { round, assignment } = federation.channel.assignments.get(deviceId(2))!;
    await submit(federation, 0);
    await submit(federation, 1);
    await federation.clock.advance(0);
    expect(federation.channel.ends).toContainEqual({
      device: deviceId(2),
      end: expect.objectContaining({ round, outcome: 'closed' }),
    });
    expect(() => federation.rounds.find(round, assignment)).toThrow(
      expect.objectContaining({ code: 'round.closed' }),
    );
    await federation.rounds.suspend();
  });

  it('take one update of a device at most, so that a fast one does not fill a buffer', async () => {
    const federation = await open({ cohort: { mode: 'asynchronous', goal: 3, concurrency: 3 } });
    await come(federation, 0);
    await submit(federation, 0);
    await federation.clock.advance(1_000);
    expect(federation.channel.ends).toMatchObject([{ device: deviceId(0), end: { outcome: 'closed' } }]);
    expect(federation.checkIn(deviceId(0))).toMatchObject({ decision: 'later' });
    await come(federation, 1, 2);
    await submit(federation, 1);
    await submit(federation, 2);
    await federation.clock.advance(0);
    expect(federation.checkIn(deviceId(0))).toEqual({ decision: 'waiting' });
    await federation.rounds.suspend();
  });

  it('give the place of a device to another one once its time is over', async () => {
    const federation = await open({ cohort: { mode: 'asynchronous', goal: 2, concurrency: 1 } });
    await come(federation, 0, 1);
    expect([...federation.channel.assignments.keys()]).toEqual([deviceId(0)]);
    await federation.clock.advance(60_000);
    expect([...federation.channel.assignments.keys()]).toEqual([deviceId(0), deviceId(1)]);
    await expect(submit(federation, 0)).rejects.toMatchObject({ code: 'round.closed' });
    await submit(federation, 1);
    await come(federation, 2);
    await submit(federation, 2);
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([
      { outcome: 'published', tally: { cohort: 3, accepted: 2, late: 1 } },
    ]);
    await federation.rounds.suspend();
  });

  it('count the same update once, and refuse another one in its place', async () => {
    const federation = await open();
    await come(federation, 0, 1);
    await submit(federation, 0);
    await submit(federation, 0);
    await expect(submit(federation, 0, unit(3))).rejects.toMatchObject({ code: 'update.repeated' });
    expect(federation.records).toEqual([]);
    await federation.rounds.suspend();
  });

  it('close no sooner than the schedule allows, and make no assignments while they are full', async () => {
    const federation = await open({ schedule: { every: '1 h' } });
    await come(federation, 0, 1, 2);
    for (const index of [0, 1]) await submit(federation, index);
    await come(federation, 3);
    expect(federation.channel.assignments.size).toBe(3);
    await submit(federation, 2);
    expect(federation.records).toEqual([]);
    await federation.clock.advance(3_600_000);
    expect(federation.records).toMatchObject([{ outcome: 'published', tally: { accepted: 3 } }]);
    await federation.rounds.suspend();
    expect(federation.clock.pending).toBe(0);
  });

  it('end with all that is open where an operator rolls back, and begin anew from the older version', async () => {
    const federation = await open();
    await come(federation, 0, 1, 2);
    for (const index of [0, 1]) await submit(federation, index);
    await federation.clock.advance(0);
    const { round } = federation.channel.assignments.get(deviceId(2))!;
    for (const each of federation.rounds.underWay)
      each.abort('An operator rolled the model back.', 'operator');
    await federation.clock.advance(0);
    expect(federation.records.at(-1)).toMatchObject({ number: 2, outcome: 'failed' });
    expect(federation.channel.ends).toContainEqual({
      device: deviceId(2),
      end: expect.objectContaining({ round, outcome: 'failed' }),
    });
    expect(federation.rounds.current!.terms.number).toBe(3);
    await federation.rounds.suspend();
    expect(federation.clock.pending).toBe(0);
  });

  it('make no assignments while the task is paused, and take the updates of those that are open', async () => {
    const federation = await open();
    await come(federation, 0, 1);
    federation.rounds.pause();
    await come(federation, 2);
    expect(federation.channel.assignments.size).toBe(2);
    for (const index of [0, 1]) await submit(federation, index);
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([{ outcome: 'published' }]);
    expect(federation.channel.assignments.size).toBe(2);
    federation.rounds.unpause();
    await come(federation, 2);
    expect(federation.channel.assignments.size).toBe(3);
    await federation.rounds.suspend();
  });

  it('fail where they lose devices without end', async () => {
    const federation = await open();
    for (let index = 0; federation.records.length === 0 && index < 1_000; index++) {
      await come(federation, index);
      const { round, assignment } = federation.channel.assignments.get(deviceId(index))!;
      await federation.rounds.find(round, assignment)!.leave(deviceId(index), assignment);
      await federation.clock.advance(0);
    }
    expect(federation.records).toMatchObject([
      {
        outcome: 'failed',
        tally: { lost: 121 },
        failure: { reason: expect.stringContaining('deadlines.updates') },
      },
    ]);
    await federation.rounds.suspend();
  });
});
