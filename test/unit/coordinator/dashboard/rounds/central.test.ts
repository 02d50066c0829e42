import { isCentral } from '@murmuration/dashboard/rounds/central';
import { expect, it } from 'vitest';

const tallyOf = (cohort: number) => ({ cohort, accepted: cohort, rejected: 0, late: 0, lost: 0 });
const failure = (during: 'gathering' | 'closing') => ({ during, reason: 'It did.', endedBy: null });

it.each([
  ['led to a version', 0, null, true],
  ['failed as the coordinator trained', 0, failure('closing'), true],
  ['found no device', 0, failure('gathering'), false],
  ['had devices', 3, null, false],
  ['lost what its devices had sent', 3, failure('closing'), false],
])('tells who trained in a round that %s', (_, cohort, failure, central) => {
  expect(isCentral({ tally: tallyOf(cohort), failure })).toBe(central);
});
