import type { Restraint } from '@murmuration/rounds/events/training-run';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';
import { dueAfter } from '@murmuration/serving/precompute/job/schedule';

/** What of the runs before counts for whether another one may begin. */
export interface PastRuns {
  /** When runs began, ms since 1970, oldest first: as many as a budget counts. */
  readonly begun: readonly number[];
  /** When the last one ended; null where none has. */
  readonly endedAt: number | null;
}

/** What keeps a trigger from beginning a run at the time `now`, ms since 1970, and until when; null: nothing does. */
export function restraintOf(
  { cooldown, runs, quietHours }: Pick<Retrain, 'cooldown' | 'runs' | 'quietHours'>,
  { begun, endedAt }: PastRuns,
  now: number,
): { readonly by: Restraint; readonly until: number } | null {
  if (endedAt !== null && now < endedAt + cooldown) return { by: 'cooldown', until: endedAt + cooldown };
  if (runs) {
    const counted = begun.filter(time => time > now - runs.per);
    const first = counted.at(-runs.most);
    if (first !== undefined) return { by: 'runs', until: first + runs.per };
  }
  const until = quietHours && endOfQuiet(quietHours, now);
  return until === null ? null : { by: 'quiet-hours', until };
}

/** When quiet hours that hold now are over; null where none hold. Days on which clocks change are as long as they are. */
function endOfQuiet({ from, to, timezone }: NonNullable<Retrain['quietHours']>, now: number): number | null {
  const end = next(to, timezone, now);
  return end < next(from, timezone, now) ? end : null;
}

/** When it is that time of the day next. */
function next(time: string, timezone: string, now: number): number {
  const [hour, minute] = time.split(':').map(Number);
  return dueAfter({ cron: `${minute} ${hour} * * *`, timezone }, now) ?? Number.POSITIVE_INFINITY;
}
