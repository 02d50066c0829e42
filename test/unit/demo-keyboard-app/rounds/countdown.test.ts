import { Countdown } from '@murmuration/demo-keyboard-app/src/rounds/countdown';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, expect, it } from 'vitest';

let clock: VirtualClock;
let countdown: Countdown;

beforeEach(() => {
  clock = new VirtualClock();
  countdown = new Countdown(clock, 10_000);
});

it('counts down to the next round second by second, and stays at any moment', async () => {
  expect(countdown.seconds.value).toBeNull();
  countdown.wait();
  const seen: (number | null)[] = [];
  for (let second = 0; second < 12; second++) {
    seen.push(countdown.seconds.value);
    await clock.advance(1_000);
  }
  expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]);
});

it('goes on over shorter waits, and takes a longer one', async () => {
  countdown.wait();
  await clock.advance(4_000);
  countdown.wait(2_000);
  expect(countdown.seconds.value).toBe(6);
  countdown.wait(30_000);
  expect(countdown.seconds.value).toBe(30);
});

it('begins anew after a round', async () => {
  countdown.wait();
  await clock.advance(9_000);
  countdown.stop();
  expect(countdown.seconds.value).toBeNull();
  await clock.advance(60_000);
  expect(countdown.seconds.value).toBeNull();
  countdown.wait();
  expect(countdown.seconds.value).toBe(10);
});
