import { busyOf, processorsFor, waitsOf } from '@murmuration/studies/capacity/queue';
import { describe, expect, test } from 'vitest';

/** Draws from 0 to 1 that follow from a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean wait of exponential service at `servers`, in units of its mean (Erlang 1917, formula C). */
function erlangC(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let each = 1; each < servers; each++) {
    term *= offered / each;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - offered / servers);
  return last / (sum + last) / (servers - offered);
}

/** Exponential service of mean 1 ms, as works by quantiles of equal chance. */
function exponential(perSecond: number) {
  const parts = 400;
  return Array.from({ length: parts }, (_, at) => ({
    perSecond: perSecond / parts,
    ms: -Math.log(1 - (at + 0.5) / parts),
  }));
}

describe('waits', () => {
  test.each([0.3, 0.6, 0.8])('at one processor are those of Pollaczek and Khinchine, %d busy', busy => {
    const works = [
      { perSecond: (1_000 * busy) / 3, ms: 0.5 },
      { perSecond: (1_000 * busy) / 3, ms: 2.5 },
    ];
    const perMs = works.reduce((sum, each) => sum + each.perSecond / 1_000, 0);
    const squares = works.reduce((sum, { perSecond, ms }) => sum + (perSecond / 1_000 / perMs) * ms * ms, 0);
    const expected = (perMs * squares) / (2 * (1 - busy));
    expect(busyOf(works, 1)).toBeCloseTo(busy, 10);
    const { mean } = waitsOf(works, 1, uniform(1));
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.06);
  });

  test.each([
    [2, 0.6],
    [3, 0.8],
    [8, 0.9],
  ])('at %d processors are those of Erlang, %d busy', (processors, busy) => {
    const offered = processors * busy;
    const { mean } = waitsOf(exponential(1_000 * offered), processors, uniform(2));
    expect(Math.abs(mean / erlangC(processors, offered) - 1)).toBeLessThan(0.08);
  });

  test('never end where more comes than is done', () => {
    expect(waitsOf([{ perSecond: 1_001, ms: 1 }], 1, uniform(3)).p99).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('processors', () => {
  test('are the fewest that keep both limits', () => {
    const works = [{ perSecond: 4_000, ms: 1 }];
    for (const limits of [
      { busy: 0.9, wait: 1_000 },
      { busy: 0.5, wait: 1_000 },
      { busy: 0.95, wait: 0.5 },
    ]) {
      const { processors } = processorsFor(works, limits, uniform(4));
      const keeps = (count: number) =>
        busyOf(works, count) <= limits.busy && waitsOf(works, count, uniform(5)).p99 <= limits.wait;
      expect(keeps(processors)).toBe(true);
      expect(keeps(processors - 1)).toBe(false);
    }
  });

  test('are one where nothing comes to speak of', () => {
    const { processors, waits } = processorsFor(
      [{ perSecond: 1e-3, ms: 1 }],
      { busy: 0.5, wait: 0 },
      uniform(6),
    );
    expect(processors).toBe(1);
    expect(waits.p99).toBe(0);
  });
});
