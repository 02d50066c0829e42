import { Refit } from '@murmuration/client-sdk/hybrid/refit';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';

function refits() {
  const clock = new VirtualClock();
  const state = { idle: true, learned: 0, running: 0, most: 0 };
  const ends: (() => void)[] = [];
  const failures: unknown[] = [];
  const refit = new Refit({
    clock,
    isIdle: async () => state.idle,
    learn: async signal => {
      state.most = Math.max(state.most, ++state.running);
      await new Promise<void>((resolve, reject) => {
        ends.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      }).finally(() => state.running--);
      state.learned += 1;
    },
    failed: error => failures.push(error),
  });
  return { refit, clock, state, ends, failures };
}

describe('learning anew', () => {
  it('waits until the device is idle, and looks again by itself', async () => {
    const { refit, clock, state, ends } = refits();
    state.idle = false;
    refit.want();
    await clock.advance(300_000);
    expect(ends).toHaveLength(0);
    state.idle = true;
    await clock.advance(30_000);
    expect(ends).toHaveLength(1);
  });

  it('begins at once when the device is told to be idle', async () => {
    const { refit, clock, state, ends } = refits();
    state.idle = false;
    refit.want();
    await settled();
    state.idle = true;
    refit.consider();
    await settled();
    expect([ends.length, clock.pending]).toEqual([1, 0]);
  });

  it('happens one time after the other, once for all that was wanted meanwhile', async () => {
    const { refit, state, ends } = refits();
    for (let i = 0; i < 5; i++) refit.want();
    await settled();
    expect(ends).toHaveLength(1);
    for (let i = 0; i < 5; i++) refit.want();
    ends[0]!();
    await settled();
    ends[1]!();
    await settled();
    expect(state).toMatchObject({ learned: 2, most: 1 });
  });

  it('does not happen unless it is wanted', async () => {
    const { refit, ends } = refits();
    refit.consider();
    await settled();
    expect(ends).toHaveLength(0);
  });

  it('stops, leaves no timer behind, and can be wanted again', async () => {
    const { refit, clock, state, ends, failures } = refits();
    refit.want();
    await settled();
    await refit.stop();
    expect([state.running, state.learned, clock.pending, failures]).toEqual([0, 0, 0, []]);
    refit.want();
    await settled();
    expect(ends).toHaveLength(2);
  });

  it('tells what went wrong, and goes on when it is wanted again', async () => {
    const clock = new VirtualClock();
    const failures: unknown[] = [];
    let tries = 0;
    const refit = new Refit({
      clock,
      isIdle: async () => true,
      learn: async () => {
        if (tries++ === 0) throw new Error('no memory');
      },
      failed: error => failures.push(error),
    });
    refit.want();
    await settled();
    refit.want();
    await settled();
    expect([tries, failures.length]).toEqual([2, 1]);
  });
});
