import type { Restraint } from '@murmuration/rounds/events/training-run';
import { hoursOf, type Retrain } from '@murmuration/rounds/task/retrain/retrain';
import { dueAfter } from '@murmuration/serving/precompute/job/schedule';

/** Past runs that decide if another one may begin. */
export interface PastRuns {
  /** Time when the last run ended, ms since 1970; null without any. */
  readonly endedAt: number | null;
}

/**
 * Returns the restraint that keeps a trigger from beginning a run at `now`, ms since 1970, and its end; null
 * if there is none.
 */
export function restraintOf(
  { cooldown, quietHours }: Pick<Retrain, 'cooldown' | 'quietHours'>,
  { endedAt }: PastRuns,
  now: number,
): { readonly by: Restraint; readonly until: number } | null {
  if (endedAt !== null && now < endedAt + cooldown) return { by: 'cooldown', until: endedAt + cooldown };
  const until = quietHours === null ? null : endOfQuiet(quietHours, now);
  return until === null ? null : { by: 'quiet-hours', until };
}

/** Returns the end of the quiet hours at `now`; null outside them. Handles days on which clocks change. */
function endOfQuiet(quietHours: string, now: number): number | null {
  const { from, to, zone } = hoursOf(quietHours);
  const end = next(to, zone, now);
  return end < next(from, zone, now) ? end : null;
}

/** Returns the next time of this time of day. */
function next(time: string, timezone: string, now: number): number {
  const [hour, minute] = time.split(':').map(Number);
  return dueAfter({ cron: `${minute} ${hour} * * *`, timezone }, now) ?? Number.POSITIVE_INFINITY;
}
