import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { countedAs } from '@murmuration/protocol/time/work';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('the virtual clock', () => {
  test('wakes in the order of time, and of equals the one that was set first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.nat(50), isCancelled: fc.boolean() }), { maxLength: 200 }),
        async timers => {
          const clock = new VirtualClock(0);
          const woken: number[] = [];
          const cancels = timers.map(({ ms }, i) => clock.at(ms, () => woken.push(i)));
          for (const [i, { isCancelled }] of timers.entries()) if (isCancelled) cancels[i]!();
          const expected = timers
            .map(({ ms, isCancelled }, i) => ({ ms, isCancelled, i }))
            .filter(({ isCancelled }) => !isCancelled)
            .sort((a, b) => a.ms - b.ms || a.i - b.i)
            .map(({ i }) => i);
          expect(clock.pending).toBe(expected.length);
          await clock.run(() => woken.length === expected.length);
          expect(woken).toEqual(expected);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('wakes in the same order where most timers were cancelled while others were set', async () => {
    const clock = new VirtualClock(0);
    const woken: number[] = [];
    for (let i = 0; i < 2000; i++) {
      // 733 has no divisor in common with 2000, so that each has a time of its own.
      const cancel = clock.at((i * 733) % 2000, () => woken.push((i * 733) % 2000));
      if (i % 5 > 0) cancel();
    }
    expect(clock.pending).toBe(400);
    await clock.run(() => woken.length === 400);
    expect(woken).toEqual(Array.from({ length: 400 }, (_, i) => 5 * i));
  });

  test('stands still for work that is under way', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    let finish = () => {};
    clock.at(10, () => {
      const work = new Promise<void>(resolve => {
        finish = resolve;
      });
      void clock.work.during(work).then(() => seen.push(`done at ${clock.now()}`));
    });
    clock.at(20, () => seen.push(`woken at ${clock.now()}`));
    const ran = clock.run(() => seen.length === 2);
    await new Promise(resolve => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    expect(seen).toEqual([]);
    expect(clock.now()).toBe(10);
    finish();
    await ran;
    expect(seen).toEqual(['done at 10', 'woken at 20']);
  });

  test('goes on after work that fails', async () => {
    const clock = new VirtualClock(0);
    let isWoken = false;
    clock.work.during(Promise.reject(new Error('no'))).catch(() => {});
    clock.at(5, () => {
      isWoken = true;
    });
    await clock.run(() => isWoken);
    expect(clock.now()).toBe(5);
  });

  test('shows whole milliseconds, and none before the time that was asked for', async () => {
    const clock = new VirtualClock(0);
    let at = 0;
    clock.at(1.25, () => {
      at = clock.now();
    });
    await clock.run(() => at > 0);
    expect(at).toBe(2);
  });

  test('says so where nothing is left to wait for, and jumps over nothing that is due', async () => {
    const clock = new VirtualClock(0);
    await expect(clock.run(() => false)).rejects.toThrow('nothing left');
    clock.at(10, () => {});
    expect(() => clock.jump(11)).toThrow(RangeError);
    clock.jump(10);
    expect(clock.now()).toBe(10);
  });
});

test('what a port promises counts as work, what it just returns does not', async () => {
  const { work } = new VirtualClock(0);
  let finish = (_: number) => {};
  const port = countedAs(work, {
    base: 2,
    later: () =>
      new Promise<number>(resolve => {
        finish = resolve;
      }),
    now() {
      return this.base;
    },
  });
  expect(port.now()).toBe(2);
  expect(work.isUnderWay).toBe(false);
  const later = port.later();
  expect(work.isUnderWay).toBe(true);
  finish(3);
  expect(await later).toBe(3);
  expect(work.isUnderWay).toBe(false);
});
