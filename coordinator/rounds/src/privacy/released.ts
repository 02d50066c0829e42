import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { mechanismAfter, mostParticipations } from '../task/task-privacy.ts';
import type { BudgetTerms, OpenBudget } from './ledger.ts';

/**
 * Returns the mechanism released by a budget with these terms; `counted`: the updates in the sum of each
 * step, one or more.
 */
export function releasedOf(terms: BudgetTerms, counted: readonly number[]): Mechanism {
  const { noise, separation, participations } = terms;
  if (!noise) return mechanismAfter(terms, counted.length);
  const { corrupt, width: _, ...shape } = noise;
  const parts = Math.min(participations, mostParticipations(counted.length, separation));
  // No device has had more parts than that, nor any with less noise than the sums of the fewest updates.
  const least = counted
    .map(count => Math.max(shape.quorum, count - corrupt))
    .sort((a, b) => a - b)
    .slice(0, parts);
  const times = new Map<number, number>();
  for (const quorum of least) times.set(quorum, (times.get(quorum) ?? 0) + 1);
  const releases = Array.from(times, ([quorum, times]): Mechanism => {
    const of: Distributed = { ...shape, quorum };
    return { kind: 'repeated', times, of };
  });
  const [only, ...others] = releases;
  return only && others.length === 0 ? only : { kind: 'composed', parts: releases };
}

/**
 * Returns the mechanism of everything that budgets released; `at least`: with only the noise of the smallest
 * sums, as devices add it up.
 */
export function releasedOfAll(budgets: readonly OpenBudget[], as: 'counted' | 'at least'): Mechanism {
  const parts = budgets.flatMap(({ terms, steps, counted }) =>
    terms && steps > 0 ? [releasedOf(terms, as === 'counted' ? counted : counted.map(() => 0))] : [],
  );
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind: 'composed', parts };
}

/**
 * True if devices have added the noise of everything that was released, so that no sum was visible without
 * noise; if nothing was released, true if they will.
 */
export function isByDevices(budgets: readonly OpenBudget[]): boolean {
  const used = budgets.filter(({ steps }) => steps > 0);
  const told = used.length > 0 ? used : budgets.slice(-1);
  return told.length > 0 && told.every(({ terms }) => terms?.noise !== undefined);
}
