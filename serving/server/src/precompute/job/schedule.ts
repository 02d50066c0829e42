import { Cron } from 'croner';

/** Every so many ms, or by a cron pattern in a time zone; null: never by itself. */
export type Every = number | { readonly cron: string; readonly timezone: string } | null;

/** Whether a text is a cron pattern. */
export function isCron(pattern: string): boolean {
  try {
    new Cron(pattern, { paused: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * When a run is due whose last one began at `last`, ms since 1970; one that never ran is due at once, and one that was missed as well. Null where
 * none is due at any time.
 */
export function dueAfter(every: Every, last: number | null): number | null {
  if (every === null) return null;
  if (last === null) return 0;
  if (typeof every === 'number') return last + every;
  return (
    new Cron(every.cron, { paused: true, timezone: every.timezone }).nextRun(new Date(last))?.getTime() ??
    null
  );
}
