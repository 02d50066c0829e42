import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf, id } from '../memory-coordinator.ts';
import {
  clock,
  coordinator,
  device,
  gate,
  hour,
  minute,
  newScene,
  roundEnd,
  storage,
  trainer,
  waiting,
} from './scene.ts';

beforeEach(newScene);

describe('stop', () => {
  it('RD7: leaves a round that is under way, and ends all that is', async () => {
    trainer.result = () => new Promise(() => {});
    const { client, errors } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    await client.stop();
    expect(coordinator.asked.leave).toEqual([
      { round: assignment.round, assignment: assignment.assignment, reason: 'stopped' },
    ]);
    expect([trainer.running, trainer.closed, clock.pending, coordinator.isOpen]).toEqual([0, 1, 0, false]);
    expect(errors).toEqual([]);
  });

  it('ends the pause between two tries', async () => {
    coordinator.take = () => Promise.reject(new MurmurationError('server.unreachable'));
    const { client } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    await client.stop();
    expect([clock.pending, coordinator.uploads.length]).toEqual([0, 1]);
  });

  it('ends a check-in that is under way, and sets no timer', async () => {
    const { open, opened } = gate();
    coordinator.answers['check-in'] = () =>
      opened.then(() => ({ decision: 'later', after: 5, reason: 'busy' }));
    const { client, waits, errors } = await waiting();
    await client.stop();
    open();
    await clock.advance(hour);
    expect([clock.pending, waits, errors]).toEqual([0, [], []]);
  });

  it('comes before what start has to wait for', async () => {
    const { client } = device();
    const started = client.start();
    await client.stop();
    await started;
    expect(coordinator.isOpen).toBe(false);
  });

  it.each(['gathering', 'contributing', 'closing'])(
    'may be followed by start, in the phase %s',
    async phase => {
      const { client } = await waiting();
      if (phase === 'contributing') trainer.result = () => new Promise(() => {});
      if (phase !== 'gathering') coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(0);
      await client.stop();
      await client.start();
      coordinator.connect();
      await clock.advance(0);
      expect(coordinator.asked['check-in']).toHaveLength(2);
    },
  );
});

describe('a device with several tasks', () => {
  const both = () => {
    const task = { examples: () => ['a'], trainer };
    return deviceOn(coordinator, clock, storage, { keyboard: task, photos: task });
  };
  const photos = () => assignmentOf(clock, 'p1', { task: 'photos' as TaskName });

  it('RD6: does one at a time, leaves what it has no time for, and asks for it again', async () => {
    const { open, opened } = gate();
    const { result } = trainer;
    trainer.result = () => opened.then(result);
    const { client, errors } = both();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock));
    coordinator.send('assignment', photos());
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.asked.leave.map(({ round }) => round)).toEqual([photos().round]);
    const checkIns = () => coordinator.asked['check-in'].filter(({ task }) => task === 'photos').length;
    await clock.advance(minute);
    expect(checkIns()).toBe(1);
    open();
    await clock.advance(10_000);
    expect(checkIns()).toBe(2);
    coordinator.send('assignment', { ...photos(), assignment: id('another') });
    await clock.advance(0);
    expect(coordinator.uploads).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('RD6: is free again once a round is over, though an answer is still on its way', async () => {
    const { open, opened } = gate();
    const { client, errors, rounds } = both();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.take = () => opened;
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.send('round-end', roundEnd('r1', minute));
    coordinator.send('assignment', photos());
    open();
    await clock.advance(0);
    expect([coordinator.uploads.length, coordinator.asked.leave, errors]).toEqual([2, [], []]);
    expect(rounds.filter(phase => phase === 'counted')).toHaveLength(2);
  });

  it('takes up nothing that comes while it leaves the round of another task', async () => {
    const { open, opened } = gate();
    trainer.result = () => new Promise(() => {});
    const { client, rounds } = both();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.answers.leave = () => opened.then(() => null);
    const stopped = client.setConsent(false);
    await clock.advance(0);
    coordinator.send('assignment', photos());
    // Whoever has withdrawn says hello to nobody.
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    open();
    await stopped;
    await clock.advance(minute);
    expect(coordinator.asked.leave.map(({ round }) => round)).toEqual([
      assignmentOf(clock).round,
      photos().round,
    ]);
    expect([trainer.trainings, coordinator.asked.hello.length, clock.pending]).toEqual([1, 1, 0]);
    expect(rounds.at(-1)).toBe('ended');
  });
});
