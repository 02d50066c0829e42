import { roundEnd } from '@murmuration/protocol/messages/round';
import { comeBackAfter, comeBackBetween } from '@murmuration/rounds/population/pacing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const pace = fc.record({
  untilNextRound: fc.nat(86_400_000),
  interval: fc.nat(366 * 86_400_000),
  population: fc.nat(10_000_000),
  connected: fc.nat(100_000),
  cohortSize: fc.integer({ min: 1, max: 1_000_000 }),
});

describe('pace steering', () => {
  it('names a time that the protocol can carry, not before the next round', () => {
    fc.assert(
      fc.property(pace, fc.nat(), (given, seed) => {
        const after = comeBackAfter(given, seededRandom(seed));
        const { from, to } = comeBackBetween(given);
        expect(after).toBeGreaterThanOrEqual(from);
        expect(after).toBeLessThanOrEqual(to);
        expect(after).toBeGreaterThanOrEqual(Math.min(given.untilNextRound, 366 * 86_400_000));
        const message = { round: 'R'.repeat(22), outcome: 'failed', reason: '', after };
        expect(roundEnd.safeParse(message).success).toBe(true);
      }),
    );
  });

  it('brings a small population together at the beginning of a round', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 100; i++) {
      const after = comeBackAfter(
        { untilNextRound: 60_000, interval: 300_000, population: 100, connected: 0, cohortSize: 52 },
        random,
      );
      expect(after).toBeGreaterThanOrEqual(60_000);
      expect(after).toBeLessThanOrEqual(60_200);
    }
  });

  it('spreads all who are connected, whether they have come before or not', () => {
    const given = { untilNextRound: 0, interval: 10_000, population: 0, connected: 20_000, cohortSize: 50 };
    expect(comeBackBetween(given)).toEqual({ from: 0, to: 40_000 });
  });

  it('lets each round meet four for each place, and no round all, of a large population', () => {
    const random = seededRandom(2);
    const given = { untilNextRound: 0, interval: 300_000, population: 100_000, connected: 0, cohortSize: 50 };
    const met = Array.from({ length: 20_000 }, () => comeBackAfter(given, random));
    const inOneInterval = met.filter(after => after < given.interval).length / met.length;
    expect(inOneInterval * given.population).toBeGreaterThan(150);
    expect(inOneInterval * given.population).toBeLessThan(260);
  });

  it('never lets more than 500 a second come, even where rounds follow at once', () => {
    const random = seededRandom(3);
    const given = { untilNextRound: 0, interval: 0, population: 50_000, connected: 0, cohortSize: 10 };
    const seconds = new Map<number, number>();
    for (let i = 0; i < given.population; i++) {
      const second = Math.floor(comeBackAfter(given, random) / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    // 500 on average; six deviations of a Poisson count above it.
    expect(Math.max(...seconds.values())).toBeLessThan(500 + 6 * Math.sqrt(500));
  });
});
