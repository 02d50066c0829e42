import type { TaskOverview } from '@murmuration/api/overview';
import type { TaskQueryMessage } from '@murmuration/api/query';
import { useDashboard } from '../context/dashboard.ts';

/** Next event of a query. */
export type Next =
  | { readonly is: 'asked' | 'soon' | 'by-command' | 'paused' | 'spent' }
  | { readonly is: 'later'; readonly at: string };

/**
 * Finds when a query is asked next: `asked` in the current round, `soon` in the next one.
 * @param now ms since 1970.
 */
export function nextOf(
  {
    name,
    every,
    nextAt,
    isWanted,
    further,
    privacy,
  }: Pick<TaskQueryMessage, 'name' | 'every' | 'nextAt' | 'isWanted' | 'further' | 'privacy'>,
  round: Pick<NonNullable<TaskOverview['round']>, 'query'> | null,
  now: number,
): Next {
  if (round?.query === name) return { is: 'asked' };
  if (privacy?.isSpent) return { is: 'spent' };
  if (isWanted || further?.isAutomatic) return { is: 'soon' };
  if (every === null) return { is: 'by-command' };
  if (nextAt === null) return { is: 'paused' };
  return Date.parse(nextAt) <= now ? { is: 'soon' } : { is: 'later', at: nextAt };
}

/** Current overview of a task. */
export function useOverview(task: string): TaskOverview | undefined {
  const { feed } = useDashboard();
  return feed.overview.value?.tasks.find(each => each.task === task);
}
