import { Leadership } from '@murmuration/client-sdk/device/leadership';
import { retry } from '@murmuration/client-sdk/retry/retry';
import { WakeSignal } from '@murmuration/client-sdk/retry/wake-signal';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf } from '../memory-coordinator.ts';
import { coordinator, device, newScene, clock as sceneClock, waiting } from './scene.ts';

beforeEach(newScene);

const random = (length: number) => new Uint8Array(length);
const never = new AbortController().signal;

describe('a try that waits for the next one', () => {
  const failing = (after?: number) => {
    const tries: number[] = [];
    const clock = new VirtualClock(0);
    const wake = new WakeSignal();
    const work = async () => {
      tries.push(clock.now());
      if (tries.length < 3) throw new MurmurationError('server.unreachable', undefined, { after });
      return 'done';
    };
    return { tries, clock, wake, result: retry(work, { clock, random, wake }, never) };
  };

  it('comes at once when it is woken', async () => {
    const { tries, clock, wake, result } = failing();
    await clock.advance(10);
    wake.fire();
    await clock.advance(0);
    expect(tries).toEqual([0, 10]);
    wake.fire();
    expect(await result).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('comes when its time has come without one', async () => {
    const { tries, clock, result } = failing();
    await clock.advance(20_000);
    expect(await result).toBe('done');
    expect(tries).toEqual([0, 250, 750]);
  });

  it.each([
    [0, 0.5],
    [255, 1.5],
  ])('doubles its pauses up to a quarter of a minute on average, with chance %i', async (byte, share) => {
    const clock = new VirtualClock(0);
    const stop = new AbortController();
    const pauses: number[] = [];
    const work = () => Promise.reject(new MurmurationError('server.unreachable'));
    const chance = (length: number) => new Uint8Array(length).fill(byte);
    const result = retry(work, { clock, random: chance }, stop.signal, (_, pause) => pauses.push(pause));
    await clock.advance(600_000);
    stop.abort(new Error('stopped'));
    await expect(result).rejects.toThrow('stopped');
    const lengths = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];
    for (const [i, length] of lengths.entries()) expect(pauses[i]! / length).toBeCloseTo(share, 2);
    expect(pauses.at(-1)! / 15_000).toBeCloseTo(share, 2);
  });

  it('obeys the time that the coordinator names, whoever wakes it', async () => {
    const { tries, clock, wake } = failing(5_000);
    await clock.advance(10);
    wake.fire();
    await clock.advance(5_000);
    expect(tries).toEqual([0]);
    await clock.advance(240);
    expect(tries).toEqual([0, 5_250]);
  });
});

describe('a device whose check-in did not reach the coordinator', () => {
  it('checks in at once on its next connection', async () => {
    const it = await waiting();
    coordinator.disconnect();
    await sceneClock.advance(0);
    coordinator.answers['check-in'] = () => {
      throw new MurmurationError('server.unreachable');
    };
    coordinator.connect();
    await sceneClock.advance(0);
    expect(it.errors).toEqual(['server.unreachable']);
    const asked = coordinator.asked['check-in'].length;
    coordinator.answers['check-in'] = () => ({ decision: 'waiting' });
    coordinator.disconnect();
    coordinator.connect();
    await sceneClock.advance(0);
    expect(coordinator.asked['check-in']).toHaveLength(asked + 1);
  });
});

describe('an update that could not be sent', () => {
  it('TK3: is sent as soon as the round is named again, however often it has failed before', async () => {
    await waiting();
    coordinator.take = async () => {
      throw new MurmurationError('server.unreachable');
    };
    const assignment = assignmentOf(sceneClock);
    coordinator.send('assignment', assignment);
    // Pauses are of many seconds by now.
    await sceneClock.advance(60_000);
    const { length } = coordinator.uploads;
    coordinator.take = async () => {};
    await sceneClock.advance(1_000);
    expect(coordinator.uploads).toHaveLength(length);
    coordinator.send('assignment', assignment);
    await sceneClock.advance(0);
    expect(coordinator.uploads).toHaveLength(length + 1);
  });
});

describe('the leader among the clients of one storage', () => {
  /** A storage that lets one at a time take part, as the tabs of a browser do. */
  const shared = () => {
    const queue: (() => void)[] = [];
    let isHeld = false;
    const release = () => {
      const next = queue.shift();
      if (next) next();
      else isHeld = false;
    };
    return {
      ...memoryStorage(),
      claim: (signal: AbortSignal, waits = () => {}) =>
        new Promise<() => void>((resolve, reject) => {
          if (!isHeld) {
            isHeld = true;
            return resolve(release);
          }
          waits();
          queue.push(() => resolve(release));
          signal.addEventListener('abort', () => {
            queue.length = 0;
            reject(signal.reason);
          });
        }),
    };
  };
  const clientOf = (storage: ReturnType<typeof shared>) => {
    const heard: string[] = [];
    return { heard, leadership: new Leadership(storage, role => heard.push(role)) };
  };
  const failed = (error: unknown) => {
    throw error;
  };

  it('begins at once where nobody else leads, and after the other where somebody does', async () => {
    const storage = shared();
    const [first, second] = [clientOf(storage), clientOf(storage)];
    await first.leadership.acquire(async () => void first.heard.push('begun'), failed);
    await second.leadership.acquire(async () => void second.heard.push('begun'), failed);
    expect(first.heard).toEqual(['active', 'begun']);
    expect(second.heard).toEqual(['standby']);
    first.leadership.release();
    await new VirtualClock().advance(0);
    expect(second.heard).toEqual(['standby', 'active', 'begun']);
  });

  it('no longer waits once it has been given up', async () => {
    const storage = shared();
    const [first, second] = [clientOf(storage), clientOf(storage)];
    await first.leadership.acquire(async () => {}, failed);
    await second.leadership.acquire(async () => void second.heard.push('begun'), failed);
    second.leadership.release();
    first.leadership.release();
    await new VirtualClock().advance(0);
    expect(second.heard).toEqual(['standby']);
  });

  it('passes on where its client cannot begin, which is told so', async () => {
    const storage = shared();
    const [first, second] = [clientOf(storage), clientOf(storage)];
    const begin = async () => {
      throw new Error('no identity');
    };
    await expect(first.leadership.acquire(begin, failed)).rejects.toThrow('no identity');
    await second.leadership.acquire(async () => {}, failed);
    expect(second.heard).toEqual(['active']);
    await first.leadership.acquire(begin, error => first.heard.push(String(error)));
    second.leadership.release();
    await new VirtualClock().advance(0);
    expect(first.heard.slice(1)).toEqual(['standby', 'active', 'Error: no identity']);
  });
});

it('a device that has its storage for itself is active at once', async () => {
  const { client } = device();
  const roles: string[] = [];
  client.on('role', role => roles.push(role));
  await client.start();
  expect(roles).toEqual(['active']);
});
