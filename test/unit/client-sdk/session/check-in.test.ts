import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, gate, hour, newScene, roundEnd, storage, trainer, waiting } from './scene.ts';

beforeEach(newScene);

const waitingAnswer = () => ({ decision: 'waiting' });

describe('check-in', () => {
  it('RD2: tells its conditions', async () => {
    const { waits } = await waiting();
    expect(coordinator.asked['check-in']).toEqual([{ task: 'keyboard', conditions: { idle: true } }]);
    expect(waits).toEqual([{ task: 'keyboard', after: null, reason: 'waiting for an assignment' }]);
  });

  it('RD2: waits until it has as many examples as the task asks for, and tells nobody', async () => {
    coordinator.leastExamples = 4;
    const examples = ['a', 'b', 'c'];
    const { client, waits } = deviceOn(coordinator, clock, storage, {
      keyboard: { examples: () => examples, trainer },
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked['check-in']).toEqual([]);
    expect(waits).toEqual([{ task: 'keyboard', after: 300_000, reason: 'the task asks for 4 examples' }]);
    examples.push('d');
    await clock.advance(300_000);
    expect(coordinator.asked['check-in']).toHaveLength(1);
  });

  it('RD3: comes back when it was told to, and no sooner because its connection broke', async () => {
    coordinator.answers['check-in'] = () => ({
      decision: 'later',
      after: hour,
      reason: 'no round begins soon',
    });
    const { waits } = await waiting();
    await clock.advance(hour / 2);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(hour / 2 - 1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(waits[0]).toEqual({ task: 'keyboard', after: hour, reason: 'no round begins soon' });
  });

  it('RD14: comes back sooner when the coordinator asks it to, once and for its task', async () => {
    coordinator.answers['check-in'] = () => ({
      decision: 'later',
      after: hour,
      reason: 'no round begins soon',
    });
    const { waits } = await waiting();
    coordinator.send('come-back', { task: 'another', after: 0 });
    coordinator.send('come-back', { task: 'keyboard', after: 2 * hour });
    await clock.advance(2_000);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    coordinator.answers['check-in'] = waitingAnswer;
    coordinator.send('come-back', { task: 'keyboard', after: 1_000 });
    await clock.advance(999);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(waits.map(({ after }) => after)).toEqual([hour, 1_000, null]);
    coordinator.send('come-back', { task: 'keyboard', after: 0 });
    await clock.advance(2_000);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it.each([
    ['before', 0],
    ['right after', 1],
  ])('RD14: comes back sooner when it is asked to %s the answer that sends it away', async (_, turns) => {
    coordinator.answers['check-in'] = async () => {
      const recall = () => coordinator.send('come-back', { task: 'keyboard', after: 1_000 });
      if (turns === 0) recall();
      // Frames that arrive together are read one after the other, before anybody goes on who waited for the first.
      else queueMicrotask(recall);
      return { decision: 'later', after: hour, reason: 'no round begins soon' };
    };
    await waiting();
    coordinator.answers['check-in'] = waitingAnswer;
    await clock.advance(999);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    // It was for that answer alone.
    coordinator.disconnect();
    coordinator.answers['check-in'] = () => ({
      decision: 'later',
      after: hour,
      reason: 'no round begins soon',
    });
    coordinator.connect();
    await clock.advance(hour - 1);
    expect(coordinator.asked['check-in']).toHaveLength(3);
  });

  it('RD2: checks in again where its connection is let go since the coordinator expects nothing of it', async () => {
    const { waits, client } = await waiting();
    coordinator.rest();
    expect(client.state.state).toBe('resting');
    expect(waits.at(-1)).toMatchObject({ after: 10_000 });
    // Something else is asked meanwhile.
    await clock.advance(5_000);
    coordinator.connect();
    await clock.advance(4_999);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(waits.at(-1)).toMatchObject({ after: null });
  });

  it('RD14: is not called back from a wait of its own', async () => {
    const { client } = deviceOn(coordinator, clock, storage, {
      keyboard: { examples: () => [], trainer },
    });
    coordinator.leastExamples = 1;
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('come-back', { task: 'keyboard', after: 0 });
    await clock.advance(299_999);
    expect(coordinator.asked['check-in']).toEqual([]);
  });

  it('RD3: checks in again when a connection broke while it waited', async () => {
    await waiting();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('tells its app what went wrong, and tries again', async () => {
    coordinator.answers['check-in'] = () => {
      throw new MurmurationError('task.unknown');
    };
    const { errors } = await waiting();
    await clock.advance(25_000);
    expect(errors).toEqual(['task.unknown', 'task.unknown', 'task.unknown']);
  });

  it('RD4: takes an assignment that arrives before the answer', async () => {
    coordinator.answers['check-in'] = async () => {
      coordinator.send('assignment', assignmentOf(clock));
      await new Promise(resolve => setImmediate(resolve));
      return { decision: 'waiting' };
    };
    const { rounds, errors } = await waiting();
    coordinator.send('round-end', roundEnd());
    await clock.advance(0);
    expect(rounds.slice(-2)).toEqual(['counted', 'ended']);
    expect(errors).toEqual([]);
  });

  it('keeps an assignment that arrives while it counts its examples', async () => {
    const { open, opened } = gate();
    const { client, rounds } = deviceOn(coordinator, clock, storage, {
      keyboard: {
        async *examples() {
          await opened;
          yield 'a';
        },
        trainer: trainer,
      },
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock));
    open();
    await clock.advance(0);
    coordinator.send('round-end', roundEnd());
    expect(coordinator.asked['check-in']).toHaveLength(0);
    expect(rounds.slice(-2)).toEqual(['counted', 'ended']);
  });
});
