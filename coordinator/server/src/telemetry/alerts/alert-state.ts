import type { Alert } from '@murmuration/rounds/events/alert';
import type { Finding } from './finding.ts';

/** Alerts that are over and are remembered. */
const remembered = 50;

/** Alerts that last, by the keys of their findings, and those that are over, newest first. */
export interface AlertState {
  readonly firing: ReadonlyMap<string, Alert>;
  readonly resolved: readonly Alert[];
}

export const emptyAlertState: AlertState = { firing: new Map(), resolved: [] };

/**
 * The ledger after one more look at `now`, ms since 1970, and what begins and ends with it. An alert keeps its id and its beginning for
 * as long as each look finds it, whatever its figures are.
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
  return { ledger: { firing, resolved: [...over, ...resolved].slice(0, remembered) }, changes };
}
