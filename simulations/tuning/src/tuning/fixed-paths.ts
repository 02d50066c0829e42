import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { settingPaths } from '@murmuration/simulations/scenario/setting-paths';
import { commonSettings } from '@murmuration/simulations/scenario/settings';
import type { Space } from '@murmuration/simulations/spaces/space';

/** Sections that no search may choose, with the reason. */
const fixed: Readonly<Record<string, string>> = {
  seed: 'the search gives each training its seed; --seed is that of the search',
  stop: 'the search says how long each training lasts; give "rounds"',
  evaluation: 'the search says when it measures',
  data: 'it says what there is to learn, and easier data is no better setting; set it with --set',
  devices: 'it says what the world is like; set it with --set',
  adversaries: 'it says what the world is like; set it with --set',
};

/** Settings that affect a training in one place. */
const central = ['plan.learningRate', 'plan.batchSize', 'plan.gradientClip', 'plan.sampledSoftmax'];

/**
 * Throws `config.invalid` for a path that the scenario doesn't have, that no search may choose, or that is
 * set already.
 */
export function requirePaths(scenario: Scenario, space: Space, set: readonly string[]): void {
  const known = settingPaths(scenario.schema);
  const problems = Object.keys(space.settings).flatMap(path => {
    const [section] = path.split('.') as [string];
    const isKnown = known.some(each => each === path || each.startsWith(`${path}.`));
    if (!isKnown)
      return [`The scenario ${scenario.name} has no setting "${path}".${didYouMean(path, known)}`];
    const why = fixed[section];
    if (why !== undefined) return [`"${path}" is not searched: ${why}.`];
    if (set.some(each => within(each, path) || within(path, each)))
      return [`"${path}" is set and searched; leave out one of both.`];
    if (Object.keys(space.settings).some(other => other !== path && within(path, other)))
      return [
        `"${path}" lies within another setting that is searched; put it into the alternatives of that one.`,
      ];
    const hasEffect =
      !(section in commonSettings) || central.some(each => within(path, each) || within(each, path));
    if (space.training === 'central' && !hasEffect)
      return [
        `"${path}" changes nothing where one place trains; there are ${central.join(', ')}, and the scenario's own settings.`,
      ];
    return [];
  });
  if (problems.length > 0) throw new MurmurationError('config.invalid', problems.join('\n'));
}

function within(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}
