import { describe, expect, it } from 'vitest';
import { deviceId, openFederation, updateOf, valuesTask } from '../../server/federation.ts';

const minute = 60_000;

describe('devices that were sent away', () => {
  it('hear at once that a task goes on after a pause of six seconds, and its round has them all', async () => {
    const federation = await openFederation({ task: { schedule: { every: '10 s' } } });
    const { rounds, clock, channel, checkIns } = federation;
    await rounds.start();
    const devices = [0, 1, 2, 3, 4].map(deviceId);
    for (const device of devices) federation.checkIn(device);
    await clock.advance(0);
    rounds.pause();
    await Promise.allSettled(
      Array.from(channel.assignments.values(), ({ assignment }) =>
        rounds.current!.accept(assignment, updateOf([1, 0, 0, 0])),
      ),
    );
    await clock.advance(6_000);
    // Told at the end of the round, or when it checked in.
    const told = [...channel.ends.map(({ end }) => end.after)];
    const late = federation.checkIn(deviceId(5));
    if (late.decision === 'later') told.push(late.after);
    expect(told.length).toBeGreaterThanOrEqual(5);
    for (const after of told) expect(after).toBeGreaterThanOrEqual(15 * minute);
    expect(checkIns.expected.devices).toBe(told.length);
    expect(channel.recalled.size).toBe(0);

    rounds.unpause();
    expect(channel.recalled.size).toBe(6);
    for (const after of channel.recalled.values()) expect(after).toBeLessThanOrEqual(10_000);
    channel.assignments.clear();
    await clock.advance(Math.max(...channel.recalled.values()));
    for (const device of devices) federation.checkIn(device);
    await clock.advance(0);
    expect(channel.assignments.size).toBe(5);
    expect(checkIns.expected.devices).toBeLessThanOrEqual(1);
    await rounds.stop();
  });

  it('hear of a round that an operator begins in a pause, and not while they wait or have a part in it', async () => {
    const federation = await openFederation();
    const { rounds, clock, channel } = federation;
    await rounds.start();
    await clock.advance(10_000);
    rounds.pause();
    await clock.advance(10_000);
    expect(federation.checkIn(deviceId(0))).toMatchObject({ decision: 'later' });
    rounds.beginNow();
    await clock.advance(0);
    expect([...channel.recalled]).toEqual([[deviceId(0), expect.any(Number)]]);
    channel.recalled.clear();
    expect(federation.checkIn(deviceId(0))).toEqual({ decision: 'waiting' });
    rounds.unpause();
    expect(channel.recalled.size).toBe(0);
    await rounds.stop();
  });

  it('hear at the end of a round that the next one begins sooner, by settings that came in its midst', async () => {
    const federation = await openFederation({ task: { schedule: { every: '1 d' } } });
    const { rounds, clock, channel } = federation;
    await rounds.start();
    for (const device of [0, 1, 2, 3, 4].map(deviceId)) federation.checkIn(device);
    await clock.advance(0);
    expect(channel.assignments.size).toBe(5);
    rounds.adjust(valuesTask({ schedule: { every: '5 min' } }));
    // The round under way ends under its own plan.
    expect(rounds.task.interval).toBe(24 * 60 * minute);
    await Promise.allSettled(
      Array.from(channel.assignments.values(), ({ assignment }) =>
        rounds.current!.accept(assignment, updateOf([1, 0, 0, 0])),
      ),
    );
    await clock.advance(0);
    expect(rounds.nextAt - clock.now()).toBeLessThanOrEqual(5 * minute);
    expect(channel.recalled.size).toBe(5);
    for (const after of channel.recalled.values()) expect(after).toBeLessThanOrEqual(10 * minute);
    await clock.advance(5 * minute);
    expect([rounds.number, rounds.current!.state.phase]).toEqual([2, 'gathering']);
    await rounds.stop();
  });

  it('are expected until their time has come', async () => {
    const federation = await openFederation();
    const { rounds, clock, checkIns } = federation;
    await rounds.start();
    await clock.advance(10_000);
    rounds.pause();
    await clock.advance(10_000);
    const { after } = federation.checkIn(deviceId(0)) as { after: number };
    expect(checkIns.expected).toEqual({ devices: 1, next: clock.now() + after });
    await clock.advance(after + 1);
    expect(checkIns.expected).toEqual({ devices: 0, next: null });
    await rounds.stop();
  });
});

describe('a small fleet', () => {
  it('is not waited for beyond the devices that are enrolled', async () => {
    const federation = await openFederation();
    const { rounds, clock, channel, enrolled } = federation;
    enrolled.devices = 3;
    await rounds.start();
    for (let device = 0; device < 3; device++) federation.checkIn(deviceId(device));
    await clock.advance(4_999);
    expect(channel.assignments.size).toBe(0);
    await clock.advance(1);
    // The goal is 3; over-selection would choose 5.
    expect(channel.assignments.size).toBe(3);
    await rounds.stop();
  });

  it('is waited for while others enrol', async () => {
    const federation = await openFederation();
    const { rounds, clock, channel, enrolled } = federation;
    enrolled.devices = 3;
    await rounds.start();
    for (let device = 0; device < 3; device++) federation.checkIn(deviceId(device));
    await clock.advance(4_000);
    enrolled.devices = 5;
    await clock.advance(2_000);
    expect(channel.assignments.size).toBe(0);
    for (let device = 3; device < 5; device++) federation.checkIn(deviceId(device));
    await clock.advance(0);
    expect(channel.assignments.size).toBe(5);
    await rounds.stop();
  });

  it('of fewer than the goal begins as soon as all are there, if they make up the minimum', async () => {
    const drawn = async (devices: number, enrolled: number) => {
      const federation = await openFederation();
      federation.enrolled.devices = enrolled;
      await federation.rounds.start();
      for (let device = 0; device < devices; device++) federation.checkIn(deviceId(device));
      await federation.clock.advance(4_999);
      expect(federation.channel.assignments.size).toBe(0);
      await federation.clock.advance(5_000);
      await federation.rounds.stop();
      return federation.channel.assignments.size;
    };
    const { minimum, goal } = (await openFederation()).task.cohort;
    expect(minimum).toBeLessThan(goal);
    expect(await drawn(minimum, minimum)).toBe(minimum);
    // Somebody is missing who may come, or the minimum is.
    expect(await drawn(minimum, goal)).toBe(0);
    expect(await drawn(minimum - 1, minimum - 1)).toBe(0);
  });
});
