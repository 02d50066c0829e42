import type { RoundSummary } from '@murmuration/api/round';

/** Ended round; without `failure` it led to a version. */
export type Ended = Pick<RoundSummary, 'tally'> & Partial<Pick<RoundSummary, 'failure'>>;

/** True if the coordinator itself trained in a round: the round reached its last phase without a cohort. */
export function isCentral({ tally, failure = null }: Ended): boolean {
  return tally.cohort === 0 && (failure === null || failure.during === 'closing');
}
