import { offerOf } from '@murmuration/protocol/queries/offer';
import type { AskedArm, Query } from '@murmuration/protocol/queries/query';

/**
 * Returns the label under which the devices of an arm wait for a query about it. It is unique, as no query
 * name has a space.
 */
export function armLabel(query: string, { experiment, version }: Omit<AskedArm, 'since'>): string {
  return `${query} ${experiment} ${version}`;
}

/** Returns the label under which devices wait to answer a query. */
export function labelOf(query: Query): string {
  return query.kind === 'arm' && query.arm ? armLabel(query.name, query.arm) : offerOf(query);
}
