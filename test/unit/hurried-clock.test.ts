import { systemClock } from '@murmuration/protocol/time/system-clock';
import { expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';

const passed = (clock: { at(time: number, wake: () => void): unknown; now(): number }, ms: number) =>
  new Promise<void>(resolve => void clock.at(clock.now() + ms, resolve));

/** Keeps the thread from its turns, as a machine with more to do would. */
function stall(ms: number): void {
  const end = systemClock.now() + ms;
  while (systemClock.now() < end);
}

it('a hurried clock passes pauses sooner, in their order', async () => {
  const clock = hurriedClock(100);
  const [began, here] = [clock.now(), systemClock.now()];
  const order: number[] = [];
  await Promise.all([30_000, 10_000, 20_000].map(ms => passed(clock, ms).then(() => order.push(ms))));
  expect(order).toEqual([10_000, 20_000, 30_000]);
  expect(clock.now() - began).toBeGreaterThanOrEqual(30_000);
  expect(systemClock.now() - here).toBeGreaterThanOrEqual(290);
});

it('a hurried clock passes no deadline of what would have been done in time on a machine with nothing else to do', async () => {
  const clock = hurriedClock(10);
  let isOver = false;
  const cancel = clock.at(clock.now() + 2_000, () => {
    isOver = true;
  });
  const began = clock.now();
  for (let turn = 0; turn < 5; turn++) {
    stall(200);
    await new Promise(setImmediate);
  }
  // By the machine's clock that took five times as long as the deadline.
  expect(isOver).toBe(false);
  expect(clock.now() - began).toBeLessThan(1_000);
  cancel();
});

it('a hurried clock runs no timer that another one has cancelled, however late both are', async () => {
  const clock = hurriedClock(10);
  let ran = 0;
  const cancel = clock.at(clock.now() + 20, () => {
    ran += 1;
  });
  clock.at(clock.now() + 10, () => void Promise.resolve().then(cancel));
  stall(50);
  await passed(clock, 100);
  expect(ran).toBe(0);
});

it('a hurried clock stands still where nothing waits, and goes on where something does', async () => {
  const clock = hurriedClock(10);
  const before = clock.now();
  stall(20);
  expect(clock.now()).toBe(before);
  await passed(clock, 50);
  await passed(clock, 50);
  expect(clock.now()).toBeGreaterThanOrEqual(before + 100);
});
