import { restraintOf } from '@murmuration/lifecycle/triggers/restraint';
import { describe, expect, it } from 'vitest';
import { retrainOf } from './retrain.ts';

const hour = 3_600_000;
const day = 24 * hour;
const none = { begun: [], endedAt: null };

describe('a cooldown', () => {
  const policy = retrainOf({ cooldown: '1 d' });

  it('holds from the end of a run, to the millisecond', () => {
    expect(restraintOf(policy, none, 0)).toBeNull();
    const past = { begun: [0], endedAt: 1_000 };
    expect(restraintOf(policy, past, 1_000 + day - 1)).toEqual({ by: 'cooldown', until: 1_000 + day });
    expect(restraintOf(policy, past, 1_000 + day)).toBeNull();
  });
});

describe('a budget of runs', () => {
  const policy = retrainOf({ runs: { most: 2, per: '7 d' } });

  it('holds until the oldest of its runs is out of its time', () => {
    const past = { begun: [0, day], endedAt: day };
    expect(restraintOf(policy, past, 2 * day)).toEqual({ by: 'runs', until: 7 * day });
    expect(restraintOf(policy, past, 7 * day - 1)).toEqual({ by: 'runs', until: 7 * day });
    expect(restraintOf(policy, past, 7 * day)).toBeNull();
    expect(restraintOf(policy, { begun: [day], endedAt: day }, 2 * day)).toBeNull();
  });
});

describe('quiet hours', () => {
  const night = { from: '22:00', to: '06:00' };
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
    const noon = retrainOf({ quietHours: { from: '11:30', to: '13:00' } });
    const date = Date.UTC(2026, 5, 10);
    expect(restraintOf(noon, none, date + 12 * hour)).toEqual({ by: 'quiet-hours', until: date + 13 * hour });
    expect(restraintOf(noon, none, date + 13 * hour)).toBeNull();
    expect(restraintOf(noon, none, date + 11 * hour)).toBeNull();
  });

  it('are as long as the night is on which clocks change', () => {
    const berlin = retrainOf({ quietHours: { ...night, timezone: 'Europe/Berlin' } });
    // 22:00 in Berlin on the evening before clocks go forward, and 06:00 after it, one hour sooner.
    const from = Date.UTC(2026, 2, 28, 21);
    expect(restraintOf(berlin, none, from - 1)).toBeNull();
    expect(restraintOf(berlin, none, from)).toEqual({ by: 'quiet-hours', until: from + 7 * hour });
  });

  it.each([
    [{ from: '22:00', to: '22:00' }, 'expected another time than from'],
    [{ from: '24:00', to: '06:00' }, 'expected a time of the day'],
    [{ from: '22:00', to: '06:00', timezone: 'Mars' }, 'expected a time zone'],
  ])('refuses %j', (quietHours, said) => {
    expect(() => retrainOf({ quietHours })).toThrow(said);
  });
});
