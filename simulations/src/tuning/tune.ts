import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sdkVersion } from '@murmuration/client-sdk/device/sdk-version';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '../command/runs-asked.ts';
import { completeSettings, settingAt } from '../scenario/complete-settings.ts';
import type { GivenSettings, Scenario } from '../scenario/define-scenario.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import { drawPoints, type Point } from '../spaces/dimensions.ts';
import { gridOf } from '../spaces/grid.ts';
import type { Space } from '../spaces/space.ts';
import { errorOf, mean } from './choice.ts';
import { requirePaths } from './fixed-paths.ts';
import { flatPoint, settingText } from './flat.ts';
import { ladder, type Rung, ranked } from './halving.ts';
import { type Effect, importance } from './importance/importance.ts';
import { Journal } from './journal.ts';
import { looksUntil, type Searched, search, trainingSeed } from './search.ts';
import { trainingThreads } from './threads.ts';
import type { Outcome, Train, TrainingAsked } from './training.ts';

export interface TuneOptions {
  /** What `npm run simulate --` calls the scenario: its name, or the path of its file. */
  readonly called: string;
  /** Settings that are not searched. */
  readonly set: readonly Assignment[];
  /** Of the first search; others have the next ones. */
  readonly seed: number;
  /** The folder of the state, made where there is none. */
  readonly state: string;
  /** Threads that train; one a processor by default. 0: this one does. */
  readonly workers?: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: (done: number, all: number, what: string) => void;
}

/** What a setting comes to on held-out data, over the seeds that it is trained from in the end. */
export interface Finished {
  readonly name: string;
  readonly settings: Point['settings'];
  /** One a seed; null where it failed. */
  readonly scores: readonly (number | null)[];
  readonly mean: number | null;
  readonly error: number | null;
  /** On the held-out data, of the first seed. */
  readonly curve: Outcome['curve'];
}

/** What a grid came to: trained wholly, each point once. */
export interface GridFound {
  readonly points: number;
  readonly cost: number;
  /** On the validation examples. */
  readonly score: number | null;
  readonly final: Finished;
}

/** A search with what became of its choice. */
export interface SearchFound extends Searched {
  readonly final: Finished;
  readonly grid: GridFound | null;
}

export interface Tuned {
  readonly scenario: string;
  readonly shows: string;
  readonly space: Space;
  readonly metric: string;
  readonly unit: 'share' | 'nats' | 'number';
  readonly better: 'higher' | 'lower';
  /** What the rungs are measured on. */
  readonly on: 'proxy' | 'validation';
  readonly rungs: readonly Rung[];
  /** Seeds of the trainings in the end. */
  readonly finalSeeds: readonly number[];
  readonly searches: readonly SearchFound[];
  /** The scenario's own settings. */
  readonly own: Finished;
  /** The search whose choice is proposed: the best by its repeats, which no held-out example had a part in. */
  readonly proposed: SearchFound;
  readonly effects: readonly Effect[];
  /** What runs it; for a central task its plan. */
  readonly command: string;
  /** Rounds or epochs of the searches, without the grid and without what is trained in the end. */
  readonly cost: number;
}

/**
 * Searches settings of a scenario: random search with successive halving, repeats for those in the lead, and in the end, once all is chosen,
 * the held-out data. Goes on with what the state folder holds. Throws `config.invalid` for what does not fit together, before anything is
 * trained, and `training.stopped` once the signal is aborted.
 */
export async function tune(scenario: Scenario, space: Space, options: TuneOptions): Promise<Tuned> {
  const { set, seed, signal, progress } = options;
  requirePaths(
    scenario,
    space,
    set.map(({ path }) => path),
  );
  const metric = metricOf(scenario, space.metric);
  const { unit, better } = scenario.metrics[metric]!;
  const fixedSettings = set.map(({ path, value }) => settingAt(path, value));
  const own = completeSettings(scenario, ...fixedSettings);
  const most = space.rounds ?? own.stop.rounds;
  const rungs = ladder({ trials: space.trials, most, eta: space.eta, rungs: space.rungs });
  const seeds = Array.from({ length: space.searches }, (_, i) => seed + i);
  // Those of `--seeds`, so that the command gives the same figures.
  const finals = Array.from({ length: space.finals }, (_, i) => i + 1);
  const points = seeds.map(each =>
    drawPoints(space.settings, space.dimensions, space.trials, seededUniform(each)),
  );
  const grid = space.grid === null ? [] : gridOf(space, space.grid);
  const given = (asked: Pick<TrainingAsked, 'settings' | 'seed' | 'until'>): GivenSettings[] => [
    ...fixedSettings,
    ...asked.settings.map(({ path, value }) => settingAt(path, value)),
    ...budget(own, most, asked.until),
    { seed: asked.seed },
  ];
  // What is wrong shows before hours are spent on the first training.
  for (const { settings } of [...points.flat(), ...grid])
    completeSettings(scenario, ...given({ settings, seed: 0, until: most }));

  const on = scenario.proxy ? 'proxy' : 'validation';
  const journal = new Journal(options.state, {
    murmuration: sdkVersion,
    scenario: scenario.name,
    space: { ...space, metric, rounds: most, rungs, dimensions: undefined },
    settings: own,
    seed,
  });
  const folder = join(options.state, 'trainings');
  mkdirSync(folder, { recursive: true });
  const threads = trainingThreads({
    module: scenario.module,
    training: space.training,
    metric,
    given,
    journal,
    folder,
    workers: options.workers ?? availableParallelism(),
    signal,
    progress,
  });
  try {
    const searched: { found: Searched; grid: Omit<GridFound, 'final'> & { best: Point | null } }[] = [];
    for (const [i, each] of seeds.entries()) {
      const { leaders, repeats } = space;
      const plan = { seed: each, points: points[i]!, rungs, leaders, repeats, better, on } as const;
      searched.push({
        found: await search(plan, threads.train),
        grid: await trainGrid(grid, each, most, better, threads.train),
      });
    }
    const chosen = searched.map(({ found }) => found.judged[0]!.trial);
    // The state file says what was chosen before a held-out example is read.
    journal.choose(chosen);
    const settingsOf = (found: Searched) => found.trials[found.judged[0]!.trial]!.point.settings;
    const asked = [
      { name: `the choice of search ${seeds[0]!}`, settings: settingsOf(searched[0]!.found) },
      ...searched.slice(1).map(({ found }) => ({
        name: `the choice of search ${found.seed}`,
        settings: settingsOf(found),
      })),
      { name: "the scenario's own settings", settings: [] },
      ...searched.flatMap(({ grid: { best }, found }) =>
        best ? [{ name: `the best of the grid, seed ${found.seed}`, settings: best.settings }] : [],
      ),
    ];
    const finished = await trainFinals(asked, finals, most, threads.train);
    const finalOf = (name: string) => finished.find(each => each.name === name)!;
    const searches = searched.map(({ found, grid: { best, ...rest } }): SearchFound => {
      return {
        ...found,
        final: finalOf(`the choice of search ${found.seed}`),
        grid: best ? { ...rest, final: finalOf(`the best of the grid, seed ${found.seed}`) } : null,
      };
    });
    const order = ranked(
      searches.map((each, trial) => ({ trial, score: each.judged[0]!.score })),
      better,
    );
    const proposed = searches[order[0]!.trial]!;
    rmSync(folder, { recursive: true, force: true });
    return {
      scenario: scenario.name,
      shows: scenario.shows,
      space,
      metric,
      unit,
      better,
      on,
      rungs,
      finalSeeds: finals,
      searches,
      own: finalOf("the scenario's own settings"),
      proposed,
      effects: importance(
        space.dimensions,
        searches.map(({ trials }) => trials),
        better,
        seed,
      ),
      command: commandOf(options.called, space, set, proposed.final.settings, most, own.stop.rounds),
      cost: searches.reduce((sum, { cost }) => sum + cost, 0),
    };
  } finally {
    await threads.close();
    journal.close();
  }
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

/** How long a training lasts; a budget of privacy is for a whole one, on every rung. */
function budget({ privacy }: CommonSettings, most: number, until: number): GivenSettings[] {
  return [
    { stop: { rounds: until, target: null, after: null } },
    ...(privacy.rounds === null ? [{ privacy: { rounds: most } }] : []),
  ];
}

/** Trains each point of a grid once, and wholly. */
async function trainGrid(
  points: readonly Point[],
  seed: number,
  most: number,
  better: 'higher' | 'lower',
  train: Train,
): Promise<Omit<GridFound, 'final'> & { best: Point | null }> {
  const asked = points.map(({ settings }, point) => ({
    run: `grid ${seed}, point ${point}`,
    place: null,
    on: 'validation' as const,
    settings,
    seed: trainingSeed(seed, 0),
    from: 0,
    until: most,
    looks: [],
  }));
  const outcomes = asked.length > 0 ? await train(asked, `grid, seed ${seed}`) : [];
  const [best] = ranked(
    outcomes.map(({ score }, trial) => ({ trial, score })),
    better,
  );
  return {
    points: points.length,
    cost: points.length * most,
    score: best?.score ?? null,
    best: best ? points[best.trial]! : null,
  };
}

/** Trains on all examples of the devices, and measures on the held-out ones: the first and only time that they are read. */
async function trainFinals(
  asked: readonly { readonly name: string; readonly settings: Point['settings'] }[],
  finals: readonly number[],
  most: number,
  train: Train,
): Promise<Finished[]> {
  const different = new Map(asked.map(({ settings }) => [JSON.stringify(settings), settings]));
  const trainings = [...different].flatMap(([key, settings]) =>
    finals.map(seed => ({
      run: `final ${key}, seed ${seed}`,
      place: null,
      on: 'heldOut' as const,
      settings,
      seed,
      from: 0,
      until: most,
      looks: looksUntil(most),
    })),
  );
  const outcomes = await train(trainings, 'held-out data');
  const byRun = new Map(trainings.map(({ run }, i) => [run, outcomes[i]!]));
  return asked.map(({ name, settings }) => {
    const own = finals.map(seed => byRun.get(`final ${JSON.stringify(settings)}, seed ${seed}`)!);
    const scores = own.map(({ score }) => score);
    const numbers = scores.filter(score => score !== null);
    const isWhole = numbers.length === scores.length;
    return {
      name,
      settings,
      scores,
      mean: isWhole ? mean(numbers) : null,
      error: isWhole ? errorOf(numbers) : null,
      curve: own[0]!.curve,
    };
  });
}

/** What a person types to run what was chosen. */
function commandOf(
  called: string,
  { training, finals }: Space,
  set: readonly Assignment[],
  chosen: Point['settings'],
  most: number,
  usual: number,
): string {
  const all = [...set, ...flatPoint(chosen)];
  if (training === 'central') {
    const plan = all.flatMap(({ path, value }) =>
      path.startsWith('plan.') ? [[path.slice('plan.'.length), value] as const] : [],
    );
    return `training: central({ … }), plan: ${JSON.stringify({ ...Object.fromEntries(plan), epochs: most })}`;
  }
  const options = [...all, ...(most === usual ? [] : [{ path: 'stop.rounds', value: most }])].map(each => {
    const text = settingText(each);
    return `--set ${/^[\w.=/:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
  });
  return `npm run simulate -- ${[called, ...options, `--seeds ${finals}`].join(' ')}`;
}
