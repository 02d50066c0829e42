import { offerOf } from '@murmuration/protocol/queries/offer';
import type { AskedArm, Query } from '@murmuration/protocol/queries/query';

/** By what name the devices of an arm wait for a query about it; no name of a query has a space. */
export function armLabel(query: string, { experiment, version }: Omit<AskedArm, 'since'>): string {
  return `${query} ${experiment} ${version}`;
}

/** By what name devices wait that would answer a query. */
export function labelOf(query: Query): string {
  return query.kind === 'arm' && query.arm ? armLabel(query.name, query.arm) : offerOf(query);
}
