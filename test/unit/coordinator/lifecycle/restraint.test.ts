import { restraintOf } from '@murmuration/lifecycle/triggers/restraint';
import { describe, expect, it } from 'vitest';
import { retrainOf } from './retrain.ts';

const hour = 3_600_000;
const day = 24 * hour;
const none = { endedAt: null };

describe('a cooldown', () => {
  const policy = retrainOf({ cooldown: '1 d' });

  it('holds from the end of a run, to the millisecond', () => {
    expect(restraintOf(policy, none, 0)).toBeNull();
    const past = { endedAt: 1_000 };
    expect(restraintOf(policy, past, 1_000 + day - 1)).toEqual({ by: 'cooldown', until: 1_000 + day });
    expect(restraintOf(policy, past, 1_000 + day)).toBeNull();
  });
});

describe('quiet hours', () => {
  const night = '22:00-06:00';
  const policy = retrainOf({ quietHours: night });
  const at = (time: number) => restraintOf(policy, none, time);

  it('hold over midnight, from their beginning to their end', () => {
    const date = Date.UTC(2026, 5, 10);
    const end = { by: 'quiet-hours', until: date + day + 6 * hour };
    expect(at(date + 22 * hour - 1)).toBeNull();
    expect(at(date + 22 * hour)).toEqual(end);
    expect(at(date + day + 2 * hour)).toEqual(end);
    expect(at(date + day + 6 * hour - 1)).toEqual(end);
    expect(at(date + day + 6 * hour)).toBeNull();
  });

  it('hold within a day as well', () => {
    const noon = retrainOf({ quietHours: '11:30-13:00' });
    const date = Date.UTC(2026, 5, 10);
    expect(restraintOf(noon, none, date + 12 * hour)).toEqual({ by: 'quiet-hours', until: date + 13 * hour });
    expect(restraintOf(noon, none, date + 13 * hour)).toBeNull();
    expect(restraintOf(noon, none, date + 11 * hour)).toBeNull();
  });

  it('are as long as the night is on which clocks change', () => {
    const berlin = retrainOf({ quietHours: `${night} Europe/Berlin` });
    // 22:00 in Berlin on the evening before clocks go forward, and 06:00 after it, one hour sooner.
    const from = Date.UTC(2026, 2, 28, 21);
    expect(restraintOf(berlin, none, from - 1)).toBeNull();
    expect(restraintOf(berlin, none, from)).toEqual({ by: 'quiet-hours', until: from + 7 * hour });
  });

  it.each(['22:00-22:00', '24:00-06:00', '22:00', '22:00-06:00 Mars', '22:00-06:00 UTC UTC'])(
    'refuse %s',
    quietHours => {
      expect(() => retrainOf({ quietHours })).toThrow('expected two times of the day');
    },
  );
});
