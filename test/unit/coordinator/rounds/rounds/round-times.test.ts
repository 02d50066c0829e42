import { RoundTimes } from '@murmuration/rounds/rounds/round-times';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const minute = 60_000;

it('has the next round an interval after the one before, by the interval that holds then', () => {
  const times = new RoundTimes(5);
  expect(times.nextAt).toBe(5);
  times.adjust(7 * minute);
  expect(times.nextAt).toBe(5);
  times.began(10, minute);
  expect(times.nextAt).toBe(10 + minute);
  times.adjust(2 * minute);
  expect(times.nextAt).toBe(10 + 2 * minute);
  times.adjust(1_000);
  expect(times.nextAt).toBe(1_010);
});

it('begins no sooner for rounds before a restart than they allow', () => {
  const times = new RoundTimes(10 * minute);
  times.beganBefore(2 * minute, minute);
  expect(times.nextAt).toBe(10 * minute);
  times.beganBefore(9.5 * minute, minute);
  expect(times.nextAt).toBe(10.5 * minute);
});

it('tries again after ten seconds, or at the time that was due', () => {
  const times = new RoundTimes(0);
  times.began(0, 1_000);
  times.failed(500);
  expect(times.nextAt).toBe(10_500);
  times.tries();
  times.began(0, minute);
  times.failed(500);
  expect(times.nextAt).toBe(minute);
});

it('waits for no more than an interval, or ten seconds after a failure, however far the clock is set back', () => {
  const time = fc.integer({ min: 0, max: 1e12 });
  const interval = fc.integer({ min: 0, max: 1e8 });
  fc.assert(
    fc.property(time, time, interval, fc.boolean(), (began, now, every, hasFailed) => {
      const times = new RoundTimes(began);
      times.began(began, every);
      if (hasFailed) times.failed(began);
      const most = now + (hasFailed ? Math.max(every, 10_000) : every);
      const next = times.next(now, every);
      expect(next).toBe(Math.min(times.nextAt, most));
      expect(times.settle(now, every)).toBe(next);
      expect(times.nextAt).toBe(next);
    }),
  );
});
