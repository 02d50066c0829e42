import type { DeviceId } from '@murmuration/protocol/ids/ids';
import {
  apart,
  delaying,
  failed,
  isSuspect,
  type Mark,
  opened,
  rememberedFor,
  saysNothing,
  silent,
  unmarked,
} from '@murmuration/rounds/population/mark';
import { describe, expect, it } from 'vitest';

const now = 1_760_000_000_000;
const minute = 60_000;
const hour = 60 * minute;
const times = (count: number, change: (mark: Mark) => Mark, from = unmarked): Mark =>
  Array.from({ length: count }).reduce<Mark>(mark => change(mark), from);
const failures = (count: number) => times(count, mark => failed(mark, now));
const among = (...counts: number[]) =>
  new Map(counts.map((count, i) => [`device-${i}` as DeviceId, failures(count)]));

describe('what speaks against a device', () => {
  it('keeps the one apart that was in more failed sums than all others, for longer each time', () => {
    expect(apart(among(2, 1, 1), now)).toBeUndefined();
    expect(apart(among(3, 3, 1), now)).toBeUndefined();
    const [device, mark] = apart(among(1, 3, 2), now)!;
    expect([device, mark.apartUntil]).toEqual(['device-1', now + hour]);
    expect(apart(among(1, 5), now)![1].apartUntil).toBe(now + 4 * hour);
    expect(apart(among(1, 99), now)![1].apartUntil).toBe(now + 24 * hour);
    // It was in a sum that opened since.
    const cleared = opened(failures(5), now, false);
    expect(apart(new Map([['device' as DeviceId, failed(cleared, now)]]), now)).toBeUndefined();
  });

  it('ends with a sum that opens, or with time', () => {
    expect(isSuspect(failures(1), now + hour - 1, 0)).toBe(true);
    expect(isSuspect(failures(1), now + hour, 0)).toBe(false);
    expect(isSuspect(failures(1), now + hour, hour)).toBe(true);
    expect(isSuspect(opened(failures(1), now, false), now, 0)).toBe(false);
    expect(failed(failures(4), now + rememberedFor + 1).failures).toBe(1);
  });

  it('has silent devices wait for twice as long each time, and never for an interval at first', () => {
    expect(silent(unmarked, now, 0).silentUntil).toBe(now + minute);
    expect(silent(unmarked, now, hour).silentUntil).toBe(now + hour / 2);
    expect(times(4, mark => silent(mark, now, 0)).silentUntil).toBe(now + 8 * minute);
    expect(times(99, mark => silent(mark, now, 0)).silentUntil).toBe(now + 24 * hour);
    expect(saysNothing(opened(silent(unmarked, now, 0), now, false))).toBe(true);
  });

  it('counts delays in a row', () => {
    const slow = times(2, mark => delaying(mark, now));
    expect(opened(slow, now, true).delays).toBe(2);
    expect(opened(slow, now, false).delays).toBe(0);
  });
});
