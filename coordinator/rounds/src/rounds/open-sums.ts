import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Aggregate } from '../aggregation/aggregate.ts';
import { groupFigures } from '../aggregation/group-figures.ts';
import { type GroupSums, requireContributors } from '../aggregation/group-sums.ts';
import type { MaskedGroups } from '../masking/masked-groups.ts';
import type { JudgedVersion } from '../registry/verdicts.ts';
import { groupOf } from '../round/groups.ts';
import type { GroupRecord } from '../round/record.ts';
import type { Closing, RoundTerms } from '../round/round.ts';
import type { DriverPorts } from './ports.ts';
import type { RoundExecution } from './round-execution.ts';

/**
 * Removes the masks from the sum of a round, or from those of its groups, and returns the result of each
 * group; undefined if the cohort is one sum. A group whose sum can't be opened, or is impossible, does not
 * count. Throws `secagg.*` if the sum can't be opened, or too few groups can.
 */
export async function openSums(
  execution: RoundExecution,
  { contributors }: Closing,
  { unmasker, events }: Pick<DriverPorts, 'unmasker' | 'events'>,
): Promise<readonly GroupRecord[] | undefined> {
  const { masked, aggregate, terms } = execution;
  if (!masked) return undefined;
  const opened = [...new Set(contributors.map(groupOf))].sort((a, b) => a - b);
  const failures = new Map<number, string>();
  for (const [place, group] of opened.entries())
    try {
      const { context, secrets } = masked.groups.recover(group);
      await unmasker.unmask(context, secrets, aggregate.inRing[group]!, done =>
        events.emit('unmasking', terms, (place + done) / opened.length),
      );
      if (aggregate.consumes === 'groups') conclude(aggregate, group);
    } catch (error) {
      if (aggregate.consumes !== 'groups' || !(error instanceof MurmurationError)) throw error;
      execution.refused(error);
      execution.impossible(
        error,
        contributors.filter(member => groupOf(member) === group),
      );
      failures.set(group, error.detail);
    }
  if (aggregate.consumes !== 'groups') return undefined;
  requireContributors(aggregate, terms.minimum);
  return recordsOf(masked.groups, aggregate, failures);
}

/**
 * Returns the devices' verdicts on the version that the plan names, from all sums that count. Throws
 * `update.impossible`.
 */
export function judgedIn(aggregate: Aggregate, { plan }: RoundTerms): JudgedVersion | undefined {
  const counts = aggregate.inRing
    .filter((_, group) => aggregate.consumes !== 'groups' || aggregate.means.has(group))
    .flatMap(sum => sum.verdicts() ?? []);
  if (counts.length === 0) return undefined;
  const kept = counts.reduce((sum, count) => sum + count.kept, 0);
  const refused = counts.reduce((sum, count) => sum + count.refused, 0);
  return { model: plan.judged!, verdicts: { kept, refused } };
}

/** Throws `update.impossible`. */
function conclude(sums: GroupSums, group: number): void {
  sums.inRing[group]!.verdicts();
  sums.conclude(group);
}

function recordsOf(
  groups: MaskedGroups,
  sums: GroupSums,
  failures: ReadonlyMap<number, string>,
): GroupRecord[] {
  const figures = groupFigures(sums.means);
  return Array.from(groups.sizes, ([group, devices]) => {
    const { norm = null, distance = null } = figures.get(group) ?? {};
    const failure = failures.get(group) ?? groups.failureOf(group);
    return {
      devices,
      contributors: sums.contributorsOf(group),
      norm,
      distance,
      failure: norm === null ? (failure ?? 'Too few of its devices revealed their shares.') : null,
    };
  });
}
