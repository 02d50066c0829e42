import { commitActs, type OwnAct } from '../events/own-acts.ts';
import type { History } from '../registry/ports.ts';
import type { RoundRecord } from '../round/record.ts';
import type { DriverPorts } from './ports.ts';

/** Result of a round, to be committed. */
type Entry = Parameters<History['commit']>[0] & { readonly round: RoundRecord };

/**
 * Returns the work that stores the result of a round, once even if it is repeated. If the coordinator ended
 * the round on its own, the same transaction adds that to the audit log, which already has the acts of
 * operators. It throws `storage.*`.
 */
export function commitOf(
  { history, ...ports }: Pick<DriverPorts, 'history' | 'clock' | 'events'>,
  entry: Entry,
): () => Promise<void> {
  const { task, number, round } = entry.round;
  let isRepeated = false;
  return async () => {
    // Only the answer may have failed.
    if (isRepeated && (await history.round(task, number))?.round === round) return;
    isRepeated = true;
    await commitActs(ports, actsOf(entry.round), entries => history.commit({ ...entry, entries }));
  };
}

function actsOf({ task, number, failure }: RoundRecord): readonly OwnAct[] {
  if (failure?.endedBy !== 'watch') return [];
  const changes = [
    { field: 'round', from: null, to: number },
    { field: 'reason', from: null, to: failure.reason },
  ];
  return [{ actor: { id: 'watch', name: 'the watch' }, action: 'round.abort', subject: task, changes }];
}
