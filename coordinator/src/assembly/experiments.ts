import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { Experiments } from '../lifecycle/experiments/experiments.ts';
import type { Storage } from '../storage/storage.ts';
import type { Core } from './core.ts';

/** Opens the experiments of all tasks of a core, going on with those that ran. Throws `storage.*`. */
export async function openExperiments(
  core: Pick<Core, 'rounds' | 'versionAliases' | 'follow'>,
  {
    clock,
    random,
    events,
    storage,
    isMeasured,
    takesOver,
  }: {
    readonly clock: Clock;
    readonly random: RandomBytes;
    readonly events: CoordinatorEvents;
    readonly storage: Pick<Storage, 'experiments' | 'queryResults' | 'history'>;
    /** Whether anything is measured of requests. */
    readonly isMeasured: boolean;
    /** Whether tasks come one by one, and their experiments with them. */
    readonly takesOver: boolean;
  },
): Promise<Experiments> {
  const experiments = new Experiments({
    taskOf: task => core.rounds.get(task)?.task,
    versionAliases: core.versionAliases,
    history: storage.history,
    store: storage.experiments,
    queryResults: storage.queryResults,
    events,
    clock,
    random,
    isMeasured,
  });
  if (!takesOver) await experiments.open();
  core.follow(experiments);
  return experiments;
}
