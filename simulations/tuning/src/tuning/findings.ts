import type { PlainData } from '@murmuration/simulations/run-events/run-event';
import type { Point } from '@murmuration/simulations/spaces/dimensions';
import type { Findings } from '@murmuration/simulations/study/study';
import { flatPoint, settingsText } from './flat.ts';
import type { Finished, SearchFound, Tuned } from './tuned.ts';

/** Returns the findings of a search, as JSON and as a table. */
export function findingsOf(tuned: Tuned, seconds: number): Findings {
  const { scenario, metric, better, on, space, rungs, searches, own, proposed, effects, command, cost } =
    tuned;
  const grids = searches.flatMap(({ grid }) => grid ?? []);
  const gridCost = grids.reduce((sum, { cost }) => sum + cost, 0);
  return {
    figures: {
      scenario,
      metric,
      better,
      searchedOn: on,
      training: space.training,
      rungs: rungs.map(({ trials, until }) => ({ trials, until })),
      command,
      settings: settingsOf(proposed.final.settings),
      heldOut: finalFigures(proposed.final),
      own: finalFigures(own),
      searches: searches.map(each => searchFigures(each, better)),
      cost,
      grid:
        grids.length > 0
          ? {
              points: grids[0]!.points,
              cost: gridCost,
              costShare: cost / gridCost,
              atLeastAsGood: searches.filter(each => isAtLeastAsGood(each, better)).length,
              of: searches.length,
            }
          : null,
      importance: effects.map(({ name, share, deviation }) => ({ name, share, deviation })),
      finalSeeds: tuned.finalSeeds,
      seconds,
    },
    table: tableOf(tuned, gridCost),
  };
}

/**
 * True if the choice of a search is at least as good as that of the grid, on held-out data over the same
 * seeds.
 */
export function isAtLeastAsGood({ final, grid }: SearchFound, better: 'higher' | 'lower'): boolean {
  if (!grid || final.mean === null) return false;
  if (grid.final.mean === null) return true;
  return better === 'higher' ? final.mean >= grid.final.mean : final.mean <= grid.final.mean;
}

function searchFigures({ seed, cost, judged, final, grid, trials }: SearchFound, better: 'higher' | 'lower') {
  return {
    seed,
    cost,
    settings: settingsOf(final.settings),
    repeats: judged.map(({ trial, score, error, behind }) => ({
      trial,
      firstScore: trials[trial]!.scores.at(-1) ?? null,
      mean: score,
      standardError: error,
      behind: behind?.mean ?? null,
    })),
    heldOut: finalFigures(final),
    failed: trials.filter(({ failure }) => failure !== null).length,
    grid: grid
      ? {
          cost: grid.cost,
          settings: settingsOf(grid.final.settings),
          heldOut: finalFigures(grid.final),
          atLeastAsGood: isAtLeastAsGood({ final, grid } as SearchFound, better),
        }
      : null,
  };
}

function finalFigures({ mean, error, scores }: Finished) {
  return { mean, standardError: error, scores };
}

function settingsOf(settings: Point['settings']): Record<string, PlainData> {
  return Object.fromEntries(flatPoint(settings).map(({ path, value }) => [path, value]));
}

function tableOf(tuned: Tuned, gridCost: number): string[][] {
  const { metric, searches, own, effects, command, cost, space, finalSeeds } = tuned;
  const shown = (value: number | null) => metricText(value, tuned.unit);
  const row = ({ name, mean, error, settings }: Finished) => [
    name,
    error === null ? shown(mean) : `${shown(mean)} ± ${shown(error)}`,
    settingsText(settings),
  ];
  const unit = space.training === 'central' ? 'epochs' : 'rounds';
  return [
    [`${metric} on held-out data, ${finalSeeds.length} seeds`, 'mean', 'settings'],
    ...searches.flatMap(({ final, grid }) => [row(final), ...(grid ? [row(grid.final)] : [])]),
    row(own),
    [
      'cost',
      `${cost} ${unit}`,
      gridCost > 0 ? `${((100 * cost) / gridCost).toFixed(1)} % of the ${gridCost} of the grid` : '',
    ],
    ...effects.map(({ name, share }, i) => [
      i === 0 ? 'what mattered, as a share of the variance of ranks' : '',
      `${(100 * share).toFixed(0)} %`,
      name,
    ]),
    ['run it', '', command],
  ];
}

/** Formats a metric. */
export function metricText(value: number | null, unit: Tuned['unit']): string {
  if (value === null) return 'failed';
  return unit === 'share' ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4);
}
