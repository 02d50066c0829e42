import { seededUniform } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { completeSettings, settingAt } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { CommonSettings } from '@murmuration/simulations/scenario/settings';
import { drawPoints, type Point } from '@murmuration/simulations/spaces/dimensions';
import { gridOf } from '@murmuration/simulations/spaces/grid';
import type { Space } from '@murmuration/simulations/spaces/space';
import type { SettingAssignment } from '../command/runs-asked.ts';
import { requirePaths } from './fixed-paths.ts';
import { ladder, type Rung } from './halving.ts';
import type { TrainingAsked } from './training.ts';

/** Search that has been checked against its scenario, before any training. */
export interface PreparedSearch {
  readonly metric: string;
  /** Settings of the scenario, including those that are set. */
  readonly own: CommonSettings;
  /** Rounds or epochs of a full training. */
  readonly most: number;
  readonly rungs: readonly Rung[];
  /** Seeds of the searches; `points` has the points that each tries. */
  readonly seeds: readonly number[];
  readonly points: readonly (readonly Point[])[];
  readonly grid: readonly Point[];
  /** Returns all settings of a training; later ones take precedence. */
  readonly given: (asked: Pick<TrainingAsked, 'settings' | 'seed' | 'until'>) => readonly GivenSettings[];
}

/**
 * Draws all settings, and checks each of them before hours are spent on the first training.
 * @throws `config.invalid`
 */
export function prepare(
  scenario: Scenario,
  space: Space,
  { set, seed }: { readonly set: readonly SettingAssignment[]; readonly seed: number },
): PreparedSearch {
  requirePaths(
    scenario,
    space,
    set.map(({ path }) => path),
  );
  const metric = metricOf(scenario, space.metric);
  const fixedSettings = set.map(({ path, value }) => settingAt(path, value));
  const own = completeSettings(scenario, ...fixedSettings);
  const most = space.rounds ?? own.stop.rounds;
  const rungs = ladder({ trials: space.trials, most, eta: space.eta, rungs: space.rungs });
  const seeds = Array.from({ length: space.searches }, (_, i) => seed + i);
  const points = seeds.map(each =>
    drawPoints(space.settings, space.dimensions, space.trials, seededUniform(each)),
  );
  const grid = space.grid === null ? [] : gridOf(space, space.grid);
  const given: PreparedSearch['given'] = asked => [
    ...fixedSettings,
    ...asked.settings.map(({ path, value }) => settingAt(path, value)),
    ...budget(own, most, asked.until),
    { seed: asked.seed },
  ];
  for (const { settings } of [...points.flat(), ...grid])
    completeSettings(scenario, ...given({ settings, seed: 0, until: most }));
  return { metric, own, most, rungs, seeds, points, grid, given };
}

function metricOf(scenario: Scenario, asked: string | undefined): string {
  const names = Object.keys(scenario.metrics);
  const metric = asked ?? names[0]!;
  if (Object.hasOwn(scenario.metrics, metric)) return metric;
  throw new MurmurationError(
    'config.invalid',
    `The scenario ${scenario.name} has no metric "${metric}"; there are ${names.join(', ')}.`,
  );
}

/** Returns settings for the length of a training; a privacy budget is for a full training on every rung. */
function budget({ privacy }: CommonSettings, most: number, until: number): GivenSettings[] {
  return [
    { stop: { rounds: until, target: null, after: null } },
    ...(privacy.rounds === null ? [{ privacy: { rounds: most } }] : []),
  ];
}
