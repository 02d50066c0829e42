import type { Alert } from '@murmuration/rounds/events/alert';
import type { Finding } from './finding.ts';

/** Number of past alerts that are remembered. */
const maxPastAlerts = 50;

/** Current alerts by the keys of their findings, and past ones, newest first. */
export interface AlertState {
  readonly firing: ReadonlyMap<string, Alert>;
  readonly resolved: readonly Alert[];
}

export const emptyAlertState: AlertState = { firing: new Map(), resolved: [] };

/**
 * Returns the state after one more look at `now`, in ms since 1970, and the alerts that begin and end with
 * it. An alert keeps its id and its beginning as long as each look finds it, even if its figures change.
 */
export function settle(
  { firing: before, resolved }: AlertState,
  findings: readonly Finding[],
  now: number,
): { readonly ledger: AlertState; readonly changes: readonly Alert[] } {
  const firing = new Map<string, Alert>();
  const changes: Alert[] = [];
  for (const { key, ...found } of findings) {
    const known = before.get(key);
    const { id, since } = known ?? { id: `${key}:${found.since}`, since: found.since };
    const alert = { ...found, id, since, resolvedAt: null };
    firing.set(key, alert);
    if (!known) changes.push(alert);
  }
  const over = [...before]
    .filter(([key]) => !firing.has(key))
    .map(([, alert]) => ({ ...alert, resolvedAt: now }));
  changes.push(...over);
  return { ledger: { firing, resolved: [...over, ...resolved].slice(0, maxPastAlerts) }, changes };
}
