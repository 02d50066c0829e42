import type { RoundSummary } from '@murmuration/api/round';

/** What became of a round; without `failure` it led to a version. */
export type Ended = Pick<RoundSummary, 'tally'> & Partial<Pick<RoundSummary, 'failure'>>;

/** Whether the coordinator trained in a round, in place of devices: it came to its last phase without a cohort. */
export function isCentral({ tally, failure = null }: Ended): boolean {
  return tally.cohort === 0 && (failure === null || failure.during === 'closing');
}
