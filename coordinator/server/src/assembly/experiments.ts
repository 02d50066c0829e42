import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { experimentRoutes } from '../http/routes/admin/experiments.ts';
import type { Core } from './core.ts';
import type { ServedScope } from './scope.ts';

/** Opens the experiments of all tasks of a core and resumes those under way. Throws `storage.*`. */
export async function openExperiments(
  { config, clock, random, events, moments, storage, opened, admin }: ServedScope,
  core: Pick<Core, 'rounds' | 'versionAliases' | 'follow'>,
): Promise<Experiments> {
  const experiments = new Experiments({
    taskOf: task => core.rounds.get(task)?.task,
    versionAliases: core.versionAliases,
    history: storage.history,
    store: storage.experiments,
    queryResults: storage.queryResults,
    moments,
    events,
    clock,
    random,
    isMeasured: config.inference.feedback !== null,
  });
  opened.add(() => experiments.close());
  // A cell gets its tasks, with their experiments, one at a time.
  if (config.role !== 'cell') await experiments.open();
  core.follow(experiments);
  moments.join({ experiments });
  admin((routes, operators) => experimentRoutes(routes, operators, experiments));
  return experiments;
}
