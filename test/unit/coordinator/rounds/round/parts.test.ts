import {
  type PartResult,
  partsDeadline,
  shareOf,
  tallyOfParts,
  termsOfPart,
} from '@murmuration/rounds/round/parts';
import type { RoundTerms, SpreadTerms } from '@murmuration/rounds/round/round';
import { expect, it } from 'vitest';

const limits = { gathering: 1, keys: 10, shares: 100, updates: 1_000, agreement: 10_000, unmasking: 100_000 };

it('shares of parts add up to the total, and differ by one at most', () => {
  expect([1, 2, 3].map(part => shareOf(10, part, 3))).toEqual([4, 3, 3]);
  expect([1, 2, 3].map(part => shareOf(11, part, 3))).toEqual([4, 4, 3]);
  expect([1, 2, 3].map(part => shareOf(12, part, 3))).toEqual([4, 4, 4]);
  const spread = {
    kind: 'spread',
    id: 'r',
    cohortSize: 11,
    goal: 7,
    minimum: 6,
    parts: { count: 3, smallest: 2 },
  };
  expect(termsOfPart(spread as unknown as SpreadTerms, 2)).toEqual({
    ...{ kind: 'part', id: 'r', part: 2, cohortSize: 4, goal: 2, minimum: 2 },
  });
});

it('results of parts are waited for a minute beyond the phases of the round', () => {
  const terms = (masking: object | null) =>
    ({ startedAt: 5, limits, plan: { masking } }) as unknown as RoundTerms;
  expect(partsDeadline(terms(null))).toBe(61_006);
  expect(partsDeadline(terms({}))).toBe(171_116);
});

it('tallies of parts add up, and updates of one that does not count are lost', () => {
  const result = (tally: object) => ({ record: { tally } }) as PartResult;
  const results = new Map([
    [1, result({ cohort: 10, accepted: 6, rejected: 1, late: 2, lost: 2 })],
    [2, result({ cohort: 20, accepted: 15, rejected: 2, late: 1, lost: 4 })],
  ]);
  expect(tallyOfParts(results, new Set([1]))).toEqual({
    cohort: 30,
    accepted: 6,
    rejected: 3,
    late: 3,
    lost: 21,
  });
  expect(tallyOfParts(new Map(), new Set())).toEqual({
    cohort: 0,
    accepted: 0,
    rejected: 0,
    late: 0,
    lost: 0,
  });
});
