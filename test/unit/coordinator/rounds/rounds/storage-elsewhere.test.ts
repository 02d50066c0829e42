import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { expect, it } from 'vitest';
import { deviceId, openFederation, updateOf } from '../../server/federation.ts';

/** A round whose version can't be stored so many times, since another process has the storage. */
async function closing(times: number) {
  let left = times;
  const codes: unknown[] = [];
  const federation = await openFederation({
    makeVersion:
      real =>
      async (...round) => {
        if (left-- > 0) throw new MurmurationError('storage.in-use');
        return real(...round);
      },
  });
  const { rounds, clock, events, channel } = federation;
  events.on('fault', (_, error) => codes.push((error as MurmurationError).code));
  await rounds.start();
  await clock.advance(0);
  for (const index of [0, 1, 2, 3, 4]) federation.checkIn(deviceId(index));
  await clock.advance(0);
  for (const { assignment } of channel.assignments.values())
    if (rounds.current!.state.phase === 'updates')
      void rounds.current!.accept(assignment, updateOf([1, 2, 3, 4]));
  await clock.advance(0);
  return { federation, codes };
}

it('a cell that may not store the version of a round says so to nobody but itself: the round is published where it may again', async () => {
  const { federation, codes } = await closing(2);
  const { rounds, clock, records } = federation;
  expect(rounds.current!.state.phase).toBe('closing');
  // Whoever runs the process hears of it, and ends it.
  expect(codes).toEqual(['storage.in-use']);
  await clock.advance(1_000);
  expect(rounds.current!.state.phase).toBe('closing');
  expect(records).toEqual([]);
  await clock.advance(1_000);
  expect(records[0]).toMatchObject({ outcome: 'published', failure: null });
  await rounds.stop();
});

it('and where it is ended, keeps no record of the round, which goes on elsewhere', async () => {
  const { federation } = await closing(Number.POSITIVE_INFINITY);
  const { rounds, clock, records } = federation;
  await clock.advance(10_000);
  expect(rounds.current!.state.phase).toBe('closing');
  await rounds.suspend();
  await clock.advance(10_000);
  expect(records).toEqual([]);
  expect(federation.channel.ends.map(({ end }) => end.outcome)).not.toContain('failed');
});
