import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sdkVersion } from '@murmuration/client-sdk/device/sdk-version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { Space } from '@murmuration/simulations/spaces/space';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import type { SettingAssignment } from '../command/runs-asked.ts';
import { trainFinals } from './finals.ts';
import { type TrainedGrid, trainGrid } from './grid-training.ts';
import { ranked } from './halving.ts';
import { importance } from './importance/importance.ts';
import { SearchLog } from './journal.ts';
import { type PreparedSearch, prepare } from './prepared.ts';
import { commandOf } from './run-command.ts';
import { type Searched, search } from './search.ts';
import { trainingThreads } from './threads.ts';
import type { Train } from './training.ts';
import type { SearchFound, Tuned } from './tuned.ts';

export interface TuneOptions {
  /** Argument of `npm run simulate --` for the scenario: its name, or the path of its file. */
  readonly called: string;
  /** Settings that are not searched. */
  readonly set: readonly SettingAssignment[];
  /** Seed of the first search; the others have the next seeds. */
  readonly seed: number;
  /** Folder of the state; created if necessary. */
  readonly state: string;
  /** Number of threads that train, one per processor by default; 0: this thread trains. */
  readonly workers?: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: (done: number, all: number, what: string) => void;
}

/**
 * Searches settings of a scenario: random search with successive halving, repeats of the leaders and, after
 * the choice, held-out data. Resumes from the state folder.
 * @throws `config.invalid` for settings that don't fit together, before any training, and for the folder of
 * another search; `training.stopped` once the signal is aborted
 */
export async function tune(scenario: Scenario, space: Space, options: TuneOptions): Promise<Tuned> {
  const prepared = prepare(scenario, space, options);
  const { state } = options;
  mkdirSync(state, { recursive: true });
  const leave = await takeLock(join(state, 'tune.lock'));
  if (!leave)
    throw new MurmurationError(
      'config.invalid',
      `Another search is at work in ${state}; wait until it is over, or choose another folder with --state.`,
    );
  try {
    return await tuneAlone(scenario, space, options, prepared);
  } finally {
    await leave();
  }
}

/** Searches while it holds the lock of the state folder. */
async function tuneAlone(
  scenario: Scenario,
  space: Space,
  { state, set, seed, called, workers = availableParallelism(), signal, progress }: TuneOptions,
  prepared: PreparedSearch,
): Promise<Tuned> {
  const { metric, own, most, rungs, given } = prepared;
  const { unit, better } = scenario.metrics[metric]!;
  const on = scenario.proxy ? 'proxy' : 'validation';
  const journal = new SearchLog(state, {
    murmuration: sdkVersion,
    scenario: scenario.name,
    space: { ...space, metric, rounds: most, rungs, dimensions: undefined },
    settings: own,
    seed,
  });
  const folder = join(state, 'trainings');
  mkdirSync(folder, { recursive: true });
  const { module } = scenario;
  const { training } = space;
  const threads = trainingThreads({
    module,
    training,
    metric,
    given,
    journal,
    folder,
    workers,
    signal,
    progress,
  });
  try {
    const all: { readonly found: Searched; readonly grid: TrainedGrid }[] = [];
    for (const [i, each] of prepared.seeds.entries()) {
      const { leaders, repeats } = space;
      const plan = { seed: each, points: prepared.points[i]!, rungs, leaders, repeats, better, on } as const;
      all.push({
        found: await search(plan, threads.train),
        grid: await trainGrid(prepared.grid, each, most, better, threads.train),
      });
    }
    // Records the choice before any held-out example is read.
    journal.choose(all.map(({ found }) => found.judged[0]!.trial));
    const { searches, finished, finalSeeds } = await inTheEnd(all, space, most, threads.train);
    const order = ranked(
      searches.map((each, trial) => ({ trial, score: each.judged[0]!.score })),
      better,
    );
    const proposed = searches[order[0]!.trial]!;
    rmSync(folder, { recursive: true, force: true });
    const { name, shows } = scenario;
    const trials = searches.map(each => each.trials);
    return {
      scenario: name,
      shows,
      space,
      metric,
      unit,
      better,
      on,
      rungs,
      finalSeeds,
      searches,
      own: finished,
      proposed,
      effects: importance(space.dimensions, trials, better, seed),
      command: commandOf(called, space, set, proposed.final.settings, most, own.stop.rounds),
      cost: searches.reduce((sum, { cost }) => sum + cost, 0),
    };
  } finally {
    await threads.close();
    journal.close();
  }
}

/**
 * Trains the choices of searches and grids and the scenario's own settings, and measures them on held-out
 * data.
 */
async function inTheEnd(
  all: readonly { readonly found: Searched; readonly grid: TrainedGrid }[],
  space: Space,
  most: number,
  train: Train,
) {
  // Seeds of `--seeds`, so that the command gives the same figures.
  const finalSeeds = Array.from({ length: space.finals }, (_, i) => i + 1);
  const ownName = "the scenario's own settings";
  const choiceName = (seed: number) => `the choice of search ${seed}`;
  const gridName = (seed: number) => `the best of the grid, seed ${seed}`;
  const asked = [
    ...all.map(({ found: { seed, trials, judged } }) => ({
      name: choiceName(seed),
      settings: trials[judged[0]!.trial]!.point.settings,
    })),
    { name: ownName, settings: [] },
    ...all.flatMap(({ found, grid: { best } }) =>
      best ? [{ name: gridName(found.seed), settings: best.settings }] : [],
    ),
  ];
  const finals = await trainFinals(asked, finalSeeds, most, train);
  const finalOf = (name: string) => finals.find(each => each.name === name)!;
  const searches = all.map(({ found, grid: { best, ...grid } }): SearchFound => {
    const final = finalOf(choiceName(found.seed));
    return { ...found, final, grid: best ? { ...grid, final: finalOf(gridName(found.seed)) } : null };
  });
  return { searches, finished: finalOf(ownName), finalSeeds };
}
