import type { PartitionSpec } from '../partition/spec.ts';
import type { mcmahan2017 } from '../published/mcmahan-2017.ts';
import type { RunBegun } from '../run-events/run-event.ts';

/**
 * Returns the results of McMahan et al. 2017 for the IID and the pathological split; none for other splits.
 */
export function publishedRounds(
  { target, source, iid, nonIid }: (typeof mcmahan2017)[keyof typeof mcmahan2017],
  { kind }: PartitionSpec,
): RunBegun['published'] {
  const rounds = kind === 'iid' ? iid : kind === 'shards' ? nonIid : undefined;
  if (rounds === undefined) return [];
  return [{ kind: 'rounds-to', label: 'McMahan et al. 2017', metric: 'accuracy', target, rounds, source }];
}
