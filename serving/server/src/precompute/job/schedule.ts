import { Cron } from 'croner';

/** Interval in ms, or a cron pattern in a time zone; null: not scheduled. */
export type Every = number | { readonly cron: string; readonly timezone: string } | null;

/** Returns true if a text is a cron pattern. */
export function isCron(pattern: string): boolean {
  try {
    new Cron(pattern, { paused: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns when the next run is due, ms since 1970, if the last one began at `last`; 0 if none has run. A
 * missed run is due at once. Null if none will be due.
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
