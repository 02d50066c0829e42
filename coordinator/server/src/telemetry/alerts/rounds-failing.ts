import type { TaskName } from '@murmuration/protocol/ids/ids';
import { enderOf, type RoundRecord } from '@murmuration/rounds/round/record';
import type { Finding } from './finding.ts';
import { inCommon, type NamedDevice } from './many-failures.ts';

/** Failed rounds of one task since the last one that did not fail. */
export interface Failures {
  readonly count: number;
  /** End of the first of them, in ms since 1970. */
  readonly since: number;
  readonly last: { readonly number: number; readonly reason: string };
}

/**
 * Returns the consecutive failures after one more round; null after a published round. Rounds ended on
 * purpose and rounds of queries do not count.
 */
export function countFailures(before: Failures | null, record: RoundRecord): Failures | null {
  const { outcome, endedAt, number, failure, query } = record;
  if (query !== undefined || enderOf(failure) !== null) return before;
  if (outcome === 'published') return null;
  return {
    count: (before?.count ?? 0) + 1,
    since: before?.since ?? endedAt,
    last: { number, reason: failure?.reason ?? 'It says no reason.' },
  };
}

/**
 * Returns a finding if at least `rounds` rounds of a task have failed in a row; `shared`: the devices that
 * failed sums have in common.
 */
export function roundsFailing(
  task: TaskName,
  failures: Failures | null,
  rounds: number,
  shared: readonly NamedDevice[] = [],
): Finding | null {
  if (failures === null || failures.count < rounds) return null;
  const { count, since, last } = failures;
  const many = count === 1 ? 'The last round' : `The last ${count} rounds`;
  return {
    key: `rounds-failing:${task}`,
    rule: 'rounds-failing',
    severity: 'critical',
    task,
    summary: `${many} of ${task} failed; round ${last.number}: ${last.reason}${inCommon(shared)}`,
    advice:
      'Look in which phase they failed: where too few devices came or answered, give phases more time or lower the minimum of the cohort; where devices come and go, have each begin when it comes (cohort.mode "asynchronous"); where the coordinator failed, its log has the reason.',
    page: `/#/fleet/rounds/${task}/${last.number}`,
    since,
  };
}
