import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf, pathOf } from '../memory-coordinator.ts';
import {
  clock,
  coordinator,
  gate,
  hour,
  minute,
  newScene,
  renewCoordinator,
  roundEnd,
  storage,
  trainer,
  waiting,
} from './scene.ts';

beforeEach(newScene);

describe('a contribution', () => {
  it('UP1: trains, uploads once under its token, and waits for the end of the round', async () => {
    const { rounds, waits } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(rounds).toEqual(['downloading', 'training', 'training', 'uploading', 'counted']);
    expect(coordinator.uploads.map(({ path }) => path)).toEqual([pathOf(assignment)]);
    expect(coordinator.uploads[0]!.token).toEqual(assignment.token);
    coordinator.send('round-end', roundEnd());
    await clock.advance(hour - 1);
    expect(rounds.at(-1)).toBe('ended');
    expect(waits.at(-1)).toEqual({ task: 'keyboard', after: hour, reason: 'over' });
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('RD5: ignores an assignment that is repeated after a reconnection', async () => {
    const { open, opened } = gate();
    const { result } = trainer;
    trainer.result = () => opened.then(result);
    await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    open();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads).toHaveLength(1);
  });

  it('UP4: sends what it made before a restart byte for byte, without training again', async () => {
    coordinator.take = () => new Promise(() => {});
    const assignment = assignmentOf(clock);
    await waiting();
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(coordinator.uploads).toHaveLength(1);
    // The process ends here: nothing of it goes on but what it stored.
    coordinator.close();
    const uploaded = coordinator.uploads[0]!.bytes;
    renewCoordinator();
    const again = await waiting(99);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads.map(({ bytes }) => bytes)).toEqual([uploaded]);
    expect(again.rounds).toEqual(['uploading', 'counted']);
  });

  it('UP4: makes an update of its own for another assignment after a restart', async () => {
    coordinator.take = () => new Promise(() => {});
    await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    const [first] = coordinator.uploads;
    coordinator.close();
    renewCoordinator();
    await waiting(99);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(trainer.trainings).toBe(2);
    expect(coordinator.uploads[0]!.bytes).not.toEqual(first!.bytes);
  });

  it('UP5: is uploaded again after errors that say so, with growing pauses', async () => {
    const { rounds, errors } = await waiting();
    let tries = 0;
    coordinator.take = async () => {
      tries += 1;
      if (tries < 4) throw new MurmurationError(tries === 1 ? 'server.unreachable' : 'update.too-many');
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(tries).toBe(1);
    await clock.advance(750);
    expect(tries).toBe(2);
    await clock.advance(4_500);
    expect(tries).toBe(4);
    expect(rounds.at(-1)).toBe('counted');
    expect(new Set(coordinator.uploads.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(errors).toEqual([]);
  });

  it('UP5: is uploaded again no sooner than an error allows', async () => {
    await waiting();
    let tries = 0;
    coordinator.take = async () => {
      tries += 1;
      if (tries === 1) throw new MurmurationError('update.too-many', undefined, { after: 60_000 });
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(60_000);
    expect(tries).toBe(1);
    await clock.advance(1_000);
    expect(tries).toBe(2);
  });

  it('UP18: waits for its turn again and again without growing pauses', async () => {
    await waiting();
    let tries = 0;
    coordinator.take = async () => {
      tries += 1;
      throw new MurmurationError('update.too-many', undefined, { after: 1_000 });
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    await clock.advance(100_000);
    // The first pause has 500 ms more on average, the others 1 s; at most half as much again.
    expect(tries).toBeGreaterThanOrEqual(40);
    expect(tries).toBeLessThan(70);
  });

  it('UP5: is given up after an error that another try cannot mend, and the round left', async () => {
    const { errors } = await waiting();
    coordinator.take = async () => {
      throw new MurmurationError('update.norm');
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toEqual(['update.norm']);
    expect(coordinator.uploads).toHaveLength(1);
    expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['update.norm']);
    await clock.advance(10_000);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('tries a download again that broke off', async () => {
    const { rounds, errors } = await waiting();
    const { download } = coordinator;
    let broken = true;
    coordinator.download = path => {
      if (!broken) return download.call(coordinator, path);
      broken = false;
      return Promise.reject(new MurmurationError('server.unreachable'));
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(minute);
    expect(rounds.at(-1)).toBe('counted');
    expect(errors).toEqual([]);
  });

  it('survives a listener that throws', async () => {
    const { client, rounds, errors } = await waiting();
    client.on('round', () => {
      throw new Error('a bug of the app');
    });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    expect(new Set(errors)).toEqual(new Set(['app.listener']));
    expect(coordinator.asked.leave).toEqual([]);
  });

  it('says what its storage failed at, and takes part in the next round', async () => {
    const { errors, rounds } = await waiting();
    const { put } = storage;
    storage.put = () => Promise.reject(new Error('The disk is full.'));
    storage.delete = () => Promise.reject(new Error('The disk is broken.'));
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors.length).toBeGreaterThan(0);
    storage.put = put;
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
  });

  it.each([
    ['too few values', { delta: new Float32Array(3), examples: 5 }],
    ['no examples', { delta: new Float32Array(8), examples: 0 }],
    ['half an example', { delta: new Float32Array(8), examples: 0.5 }],
    ['values that are no numbers', { delta: new Float32Array(8).fill(Number.NaN), examples: 5 }],
  ])('refuses a trainer that answers with %s', async (_, result) => {
    const { errors } = await waiting();
    trainer.result = async () => ({ ...result, metrics: {} });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toEqual(['training.failed']);
    expect(coordinator.uploads).toEqual([]);
  });
});
