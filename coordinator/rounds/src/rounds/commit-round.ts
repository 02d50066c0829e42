import { commitActs, type OwnAct } from '../events/own-acts.ts';
import type { History } from '../registry/ports.ts';
import type { RoundRecord } from '../round/record.ts';
import type { DriverPorts } from './ports.ts';

/** What a round has led to. */
type Entry = Parameters<History['commit']>[0] & { readonly round: RoundRecord };

/**
 * Keeps what a round has led to. Where the coordinator ended it by itself, the audit log says so in the same transaction; what operators end is
 * there already. Throws `storage.*`.
 */
export function commitRound(
  { history, ...ports }: Pick<DriverPorts, 'history' | 'clock' | 'events'>,
  entry: Entry,
): Promise<void> {
  return commitActs(ports, actsOf(entry.round), entries => history.commit({ ...entry, entries }));
}

function actsOf({ task, number, failure }: RoundRecord): readonly OwnAct[] {
  if (failure?.endedBy !== 'watch') return [];
  const changes = [
    { field: 'round', from: null, to: number },
    { field: 'reason', from: null, to: failure.reason },
  ];
  return [{ actor: { id: 'watch', name: 'the watch' }, action: 'round.abort', subject: task, changes }];
}
