import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf, pathOf } from '../memory-coordinator.ts';
import {
  clock,
  coordinator,
  gate,
  holdHellos,
  hour,
  minute,
  newScene,
  renewCoordinator,
  roundEnd,
  trainer,
  waiting,
} from './scene.ts';

beforeEach(newScene);

describe('a contribution and the end of its round', () => {
  it('ends with the round: training and upload stop, and the next round begins afresh', async () => {
    const { result } = trainer;
    trainer.result = () => new Promise(() => {});
    const { rounds, errors } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(trainer.running).toBe(1);
    coordinator.send('round-end', roundEnd('r1', 0));
    await clock.advance(0);
    expect(trainer.running).toBe(0);
    expect(rounds.at(-1)).toBe('ended');

    trainer.result = result;
    coordinator.take = signal =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    coordinator.send('round-end', roundEnd('r2', 0));
    await clock.advance(0);
    coordinator.take = async () => {};
    coordinator.send('assignment', assignmentOf(clock, 'r3'));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    expect(errors).toEqual([]);
  });

  it('RD13: comes back when it is told to where the round that it was chosen for ended before it heard of that', async () => {
    const { waits, rounds, errors } = await waiting();
    coordinator.send('round-end', { ...roundEnd('r1', minute), outcome: 'failed' });
    expect(waits.at(-1)).toMatchObject({ after: minute, reason: 'over' });
    await clock.advance(minute - 1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    // A later one may choose it before, if the end was that of an earlier one.
    coordinator.send('round-end', roundEnd('r1', hour));
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect([rounds.at(-1), errors]).toEqual(['counted', []]);
  });

  it.each(['in time', 'too late'])(
    'hears for a moment yet whether its update counts, where the end comes first and the answer %s',
    async when => {
      const { open, opened } = gate();
      const { rounds, errors, waits } = await waiting();
      coordinator.take = signal =>
        new Promise((resolve, reject) => {
          void opened.then(resolve);
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(0);
      coordinator.send('round-end', roundEnd('r1', minute));
      // As where a cell sends the device back to its front.
      coordinator.disconnect();
      coordinator.connect();
      await clock.advance(1_999);
      expect(rounds.at(-1)).toBe('uploading');
      if (when === 'too late') await clock.advance(1);
      open();
      await clock.advance(0);
      expect(rounds.slice(-2)).toEqual([when === 'in time' ? 'counted' : 'uploading', 'ended']);
      expect(errors).toEqual([]);
      // Counted from when it was told.
      expect(waits.at(-1)?.after).toBe(when === 'in time' ? minute - 1_999 : minute - 2_000);
      const left = waits.at(-1)!.after!;
      await clock.advance(left - 1);
      expect(coordinator.asked['check-in']).toHaveLength(1);
      await clock.advance(1);
      expect(coordinator.asked['check-in']).toHaveLength(2);
    },
  );

  it('RD14: comes back sooner where it is asked to before the answer that it still waits for', async () => {
    const { open, opened } = gate();
    const { waits } = await waiting();
    coordinator.take = () => opened;
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.send('round-end', roundEnd('r1', hour));
    coordinator.send('come-back', { task: 'another', after: 0 });
    await clock.advance(100);
    coordinator.send('come-back', { task: 'keyboard', after: 5_000 });
    coordinator.send('come-back', { task: 'keyboard', after: 2 * hour });
    await clock.advance(400);
    open();
    await clock.advance(0);
    expect(waits.slice(-2).map(({ after }) => after)).toEqual([hour - 500, 4_600]);
    await clock.advance(4_599);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it.each(['round.closed', 'round.unknown', 'update.malformed', 'training.failed'] as const)(
    'ends for the app as well where %s ends it, once',
    async refusal => {
      const { rounds } = await waiting();
      coordinator.take = async () => {
        throw new MurmurationError(refusal);
      };
      coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(0);
      expect(rounds.slice(-2)).toEqual(['uploading', 'ended']);
      coordinator.send('round-end', roundEnd('r1'));
      await clock.advance(hour);
      expect(rounds.filter(phase => phase === 'ended')).toHaveLength(1);
    },
  );

  it('ends for the app as well where it is stopped, or its end is not heard', async () => {
    const stopped = await waiting();
    trainer.result = () => new Promise(() => {});
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    await stopped.client.stop();
    expect(stopped.rounds.at(-1)).toBe('ended');
    newScene();
    const unheard = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(unheard.rounds.at(-1)).toBe('counted');
    await clock.advance(hour);
    expect(unheard.rounds.at(-1)).toBe('ended');
  });

  it('keeps what a newer assignment has saved, however late the older one ends', async () => {
    const { open, opened } = gate();
    await waiting();
    coordinator.take = () => (coordinator.uploads.length === 1 ? opened : new Promise(() => {}));
    coordinator.send('assignment', assignmentOf(clock, 'r1'));
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    open();
    await clock.advance(0);
    expect(coordinator.uploads.map(({ path }) => path)).toEqual(
      ['r1', 'r2'].map(round => pathOf(assignmentOf(clock, round))),
    );
    coordinator.close();
    const [, second] = coordinator.uploads;
    renewCoordinator();
    await waiting(99);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(coordinator.uploads).toEqual([second]);
    expect(trainer.trainings).toBe(2);
  });

  it('RD8: is not waited for beyond the deadline by the clock of the coordinator', async () => {
    coordinator.ahead = 5 * hour;
    const { errors } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', {
      ...assignment,
      deadline: clock.now() + coordinator.ahead + 10 * minute,
    });
    await clock.advance(11 * minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('RD8: is over for a device that has sent everything and is not told of it again when it is back', async () => {
    await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(999);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('RD8: goes on for a device that has sent everything and is told of it again when it is back', async () => {
    await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
  });

  it('RD8: is over for a device at work that is not told of it again within half a minute of its hello', async () => {
    trainer.result = () => new Promise(() => {});
    const { errors } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(20_000);
    // A connection that is lost in between begins the half minute anew.
    coordinator.disconnect();
    await clock.advance(5 * minute);
    coordinator.connect();
    await clock.advance(29_999);
    expect(trainer.running).toBe(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(trainer.running).toBe(0);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('RD8: goes on for a device at work that is told of it again, before its hello is answered or after', async () => {
    for (const isBefore of [true, false]) {
      trainer.result = () => new Promise(() => {});
      const assignment = assignmentOf(clock);
      const it = await waiting();
      coordinator.send('assignment', assignment);
      await clock.advance(0);
      coordinator.disconnect();
      const open = holdHellos();
      coordinator.connect();
      if (isBefore) coordinator.send('assignment', assignment);
      open();
      await clock.advance(0);
      if (!isBefore) coordinator.send('assignment', assignment);
      await clock.advance(5 * minute);
      expect(trainer.running).toBe(1);
      await it.client.stop();
      await clock.advance(0);
    }
  });

  it('nothing of it is asked on a new connection before the coordinator knows whose that is', async () => {
    coordinator.answers.keys = () => {
      throw new MurmurationError('storage.full');
    };
    const { errors } = await waiting();
    const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;
    const assignment = assignmentOf(clock, 'r1', { masking });
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(coordinator.asked.keys).toHaveLength(1);
    coordinator.disconnect();
    const open = holdHellos();
    coordinator.connect();
    await clock.advance(minute);
    expect(coordinator.asked.keys).toHaveLength(1);
    coordinator.answers.keys = () => null;
    open();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(30_000);
    expect(coordinator.asked.keys).toHaveLength(2);
    expect(coordinator.asked.keys[1]).toEqual(coordinator.asked.keys[0]);
    expect(errors).toEqual([]);
  });
});
