import { createHash, createHmac } from 'node:crypto';
import { offerOf, offersOf, roundOf } from '@murmuration/protocol/queries/offer';
import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import { heavyFor, shareAsked, sideAsked, sideOf, sketchShare } from '@murmuration/protocol/queries/sides';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

describe('the side of a device (QY16)', () => {
  it('follows from its secret and the name of the source alone', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 200; i++) {
      const seed = random(32);
      const secret = createHash('sha256').update('murmuration sides 1\n').update(seed).digest();
      const drawn = createHmac('sha256', secret).update('words').digest().readUInt32LE(0) / 2 ** 32;
      expect(sideOf(seed, 'words')).toBe(drawn < 0.6 ? 'sketches' : 'counts');
    }
  });

  it('is that of sketches for three devices of five, of each source anew', () => {
    const random = seededRandom(6);
    const seeds = Array.from({ length: 2_000 }, () => random(32));
    const share = (source: string) =>
      seeds.filter(seed => sideOf(seed, source) === 'sketches').length / 2_000;
    expect(Math.abs(share('a') - sketchShare)).toBeLessThan(0.04);
    const both = seeds.filter(seed => sideOf(seed, 'a') === 'sketches' && sideOf(seed, 'b') === 'sketches');
    expect(Math.abs(both.length / 2_000 - sketchShare ** 2)).toBeLessThan(0.04);
  });
});

describe('the side that a round asks', () => {
  it.each<[QueryKind, readonly (string | undefined)[]]>([
    ['heavy-hitters', ['sketches', 'counts', 'counts']],
    ['ngrams', ['counts', 'sketches', 'counts', 'sketches', 'counts']],
    ['distinct', ['sketches']],
    ['top', ['counts']],
    ['numbers', ['counts']],
    ['count', [undefined]],
    ['histogram', [undefined]],
  ])('of %s goes by its number', (kind, sides) => {
    expect(sides.map((_, i) => sideAsked(kind, i + 1))).toEqual(sides);
    const share = { sketches: 0.6, counts: 1 - 0.6 };
    expect(sides.map((_, i) => shareAsked(kind, i + 1))).toEqual(
      sides.map(side => (side === undefined ? 1 : share[side as keyof typeof share])),
    );
  });
});

describe('the rounds that a device offers to answer', () => {
  it.each<[QueryKind, readonly string[], readonly string[]]>([
    ['count', ['q'], ['q']],
    ['distinct', ['q'], []],
    ['top', [], ['q']],
    ['heavy-hitters', ['q'], ['q--2']],
    ['ngrams', ['q--2', 'q--4', 'q--6'], ['q', 'q--3', 'q--5', 'q--7']],
  ])('of %s are those of its side: %j, or %j', (kind, sketches, counts) => {
    expect(offersOf('q', kind, 'sketches')).toEqual(sketches);
    expect(offersOf('q', kind, 'counts')).toEqual(counts);
  });

  it.each<[object, number, string]>([
    [{ kind: 'count', heavy: [] }, 1, 'q'],
    [{ kind: 'heavy-hitters' }, 1, 'q'],
    [{ kind: 'heavy-hitters', heavy: [] }, 2, 'q--2'],
    [{ kind: 'ngrams' }, 1, 'q'],
    [{ kind: 'ngrams', step: { length: 2, asks: 'sketch' } }, 2, 'q--2'],
    [{ kind: 'ngrams', step: { length: 2, asks: 'list' } }, 3, 'q--3'],
    [{ kind: 'ngrams', step: { length: 4, asks: 'list' } }, 7, 'q--7'],
  ])('are named by their numbers: %j', (change, round, name) => {
    const query = { name: 'q', ...change } as unknown as Query;
    expect([roundOf(query), offerOf(query)]).toEqual([round, name]);
  });
});

describe('a heavy bucket', () => {
  it('has the share of the threshold that is on its side, and three devices at least', () => {
    expect([3, 4, 5, 6, 10, 100].map(heavyFor)).toEqual([3, 3, 3, 4, 6, 60]);
  });
});
