import { Rates } from '@murmuration/protocol/time/rates';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A clock that is set by hand, back as well. */
class HandClock {
  time = 1_000_000;
  now() {
    return this.time;
  }
  at(): () => void {
    throw new Error('Nothing here waits.');
  }
}

/** How many of `tries` may go on. */
function taken(rates: Rates, key: string, tries: number): number {
  return Array.from({ length: tries }, () => rates.take(key)).filter(wait => wait === 0).length;
}

describe('a rate', () => {
  it('allows its burst at once, then one after the other', () => {
    const clock = new HandClock();
    const rates = new Rates({ burst: 3, perSecond: 2 }, clock);
    expect(taken(rates, 'a', 5)).toBe(3);
    expect(rates.take('a')).toBe(500);
    clock.time += 499;
    expect(rates.take('a')).toBe(1);
    clock.time += 1;
    expect(rates.take('a')).toBe(0);
    expect(rates.take('a')).toBe(500);
    clock.time += 60_000;
    expect(taken(rates, 'a', 5)).toBe(3);
  });

  it('counts each key by itself', () => {
    const rates = new Rates({ burst: 1, perSecond: 1 }, new HandClock());
    expect(rates.take('a')).toBe(0);
    expect(rates.take('b')).toBe(0);
    expect(rates.take('a')).toBe(1_000);
  });

  it('begins anew when the clock is set back, and keeps nobody waiting for longer than an empty bucket takes', () => {
    const clock = new HandClock();
    const rates = new Rates({ burst: 2, perSecond: 1 }, clock);
    taken(rates, 'a', 2);
    clock.time -= 3_600_000;
    expect(taken(rates, 'a', 3)).toBe(2);
    clock.time -= 1;
    expect(taken(rates, 'a', 3)).toBe(2);
    taken(rates, 'b', 1);
    clock.time -= 900;
    expect(rates.take('b')).toBe(900);
  });

  it('remembers so many keys, those that were used last', () => {
    const rates = new Rates({ burst: 1, perSecond: 1 }, new HandClock());
    rates.take('first');
    rates.take('second');
    for (let i = 0; i < 65_535; i++) rates.take(String(i));
    expect(rates.take('second')).toBe(1_000);
    expect(rates.take('first')).toBe(0);
  });

  it('lets through no more than its burst and what comes back, and whoever waits as told goes on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }),
        (burst, perSecond, pauses) => {
          const clock = new HandClock();
          const rates = new Rates({ burst, perSecond }, clock);
          let count = 0;
          for (const pause of pauses) {
            clock.time += pause;
            const wait = rates.take('a');
            if (wait === 0) count += 1;
            else {
              clock.time += wait;
              expect(rates.take('a')).toBe(0);
              count += 1;
            }
          }
          const passed = clock.time - 1_000_000;
          expect(count).toBeLessThanOrEqual(burst + (passed * perSecond) / 1_000 + 1e-6);
        },
      ),
    );
  });
});
