import { dayOf } from '@murmuration/protocol/time/day';
import { duration } from '@murmuration/protocol/time/duration';
import { describe, expect, it } from 'vitest';

describe('a span of time', () => {
  it.each([
    ['250 ms', 250],
    ['30 s', 30_000],
    ['1.5 min', 90_000],
    ['2h', 7_200_000],
    ['366 d', 31_622_400_000],
    ['0.0004 s', 0],
    [0, 0],
    [31_622_400_000, 31_622_400_000],
  ])('%j is %i ms', (said, ms) => {
    expect(duration.parse(said)).toBe(ms);
  });

  it.each([
    '',
    '30',
    's',
    '30 sec',
    '30 s ',
    ' 30 s',
    '30 s or so',
    '1. s',
    '-1 s',
    '1e3 s',
    '367 d',
    -1,
    0.5,
    31_622_400_001,
    Number.NaN,
    null,
  ])('%j is none, which is said by examples', said => {
    const { error } = duration.safeParse(said);
    expect(error!.issues[0]!.message).toBe(
      'expected a time such as "30 s", "1.5 min" or "2 h", up to a year',
    );
  });
});

describe('the day of a time', () => {
  it('begins at midnight, UTC', () => {
    expect([0, 86_399_999, 86_400_000, Date.UTC(2026, 0, 1) - 1, -1].map(dayOf)).toEqual([
      0, 0, 1, 20_453, -1,
    ]);
  });
});
