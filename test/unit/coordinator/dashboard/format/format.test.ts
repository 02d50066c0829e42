import {
  bytes,
  decimalsFor,
  duration,
  hourOrDay,
  plainDuration,
  relative,
} from '@murmuration/dashboard/format/format';
import { duration as durationSchema } from '@murmuration/protocol/time/duration';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('what the dashboard writes', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [94_000, '1 min 34 s'],
    [3_600_000, '1 h'],
    [5_430_000, '1 h 30 min'],
    [86_399_000, '23 h 59 min'],
    [90_000_000, '1 d 1 h'],
  ])('tells a span of %i ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [new Date(2026, 10, 29, 18, 40, 20), 20, '18:40:20'],
    [new Date(2026, 10, 29, 18, 40, 20), 60, '18:40'],
    [new Date(2026, 10, 29), 20, '00:00:00'],
    [new Date(2026, 10, 29), 3_600, '29 Nov'],
    // A single tick.
    [new Date(2026, 10, 29, 18, 40, 20), 0, '18:40'],
  ])('tells %s on an axis with ticks %i s apart as %s', (at, step, text) =>
    expect(hourOrDay(at.getTime() / 1_000, step)).toBe(text),
  );

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [4_246_000, '4.25 MB'],
    [999_600, '1.00 MB'],
    [123_456_789_000, '123 GB'],
  ])('tells %i bytes as %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0, 'now'],
    [-999, 'now'],
    [-59_000, '59 s ago'],
    [90_000, 'in 2 min'],
    [-7_200_000, '2 h ago'],
    [172_800_000, 'in 2 d'],
  ])('tells what is %i ms away as %s', (away, text) => expect(relative(1e12 + away, 1e12)).toBe(text));

  it.each([
    [1, 0],
    [20, 0],
    [2.5, 1],
    [0.25, 2],
    [0.1, 1],
    [0, 0],
  ])('gives numbers that are %d apart %i decimal places', (step, places) => {
    expect(decimalsFor(step)).toBe(places);
  });

  it('writes a setting of time so that the coordinator reads the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 366 * 86_400_000 }), ms => {
        expect(durationSchema.parse(plainDuration(ms))).toBe(ms);
      }),
    );
    expect(plainDuration(300_000)).toBe('5 min');
    expect(plainDuration(90_000)).toBe('90 s');
  });
});
