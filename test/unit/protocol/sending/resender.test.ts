import { Resender } from '@murmuration/protocol/sending/resender';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';

let clock: VirtualClock;
/** Times of the attempts. */
let attempts: number[];
let faults: unknown[];
/** Promise that attempts wait for, or fail with. */
let drain: () => Promise<void>;
let resender: Resender;

const away = new Error('away');
const settle = () => clock.advance(0);

beforeEach(() => {
  clock = new VirtualClock(0);
  [attempts, faults] = [[], []];
  drain = async () => {
    throw away;
  };
  resender = new Resender({
    clock,
    drain() {
      attempts.push(clock.now());
      return drain();
    },
    pause: failures => 100 * failures,
    failed: error => faults.push(error),
  });
});

describe('a resender', () => {
  it('tries again later and later, and tells of one failure', async () => {
    resender.send();
    await settle();
    await clock.advance(1_000);
    expect(attempts).toEqual([0, 100, 300, 600, 1_000]);
    expect(faults).toEqual([away]);
  });

  it('begins with the first pause again after a success', async () => {
    resender.send();
    await settle();
    drain = async () => {};
    await clock.advance(100);
    drain = async () => {
      throw away;
    };
    resender.send();
    await settle();
    await clock.advance(100);
    expect(attempts).toEqual([0, 100, 100, 200]);
    expect(faults).toHaveLength(2);
  });

  it('attempts nothing during a pause, and one thing at a time', async () => {
    resender.send();
    await settle();
    resender.send();
    expect(attempts).toEqual([0]);
    let end = () => {};
    drain = () =>
      new Promise(resolve => {
        end = resolve;
      });
    await clock.advance(100);
    resender.send();
    resender.send();
    expect(attempts).toEqual([0, 100]);
    drain = async () => {};
    end();
    await settle();
    expect(attempts).toEqual([0, 100, 100]);
  });

  it('ends its pause and attempts nothing more once it is closed', async () => {
    resender.send();
    await settle();
    await resender.close();
    expect(clock.pending).toBe(0);
    resender.send();
    expect(attempts).toEqual([0]);
  });

  it('attempts one last time during a pause, whose failure begins no other', async () => {
    resender.send();
    await settle();
    await resender.close(true);
    expect(attempts).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
    expect(faults).toEqual([away]);
  });
});
