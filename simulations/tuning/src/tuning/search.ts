import type { Point } from '@murmuration/simulations/spaces/dimensions';
import { type JudgedTrial, judge } from './choice.ts';
import { type Rung, ranked } from './halving.ts';
import type { MeasuredOn, Train, Trained, TrainingAsked } from './training.ts';

/** Search from one seed. */
export interface SearchPlan {
  /** Seed, which also names the search. */
  readonly seed: number;
  /** Settings to try, one per trial of the first rung. */
  readonly points: readonly Point[];
  readonly rungs: readonly Rung[];
  readonly leaders: number;
  readonly repeats: number;
  readonly better: 'higher' | 'lower';
  /** Data on which the rungs are measured: public data if the scenario has some. */
  readonly on: Exclude<MeasuredOn, 'heldOut'>;
}

/** Setting that was tried. */
export interface Trial {
  readonly trial: number;
  readonly point: Point;
  /** Last rung that it reached, from 0. */
  readonly rung: number;
  /** Score on each rung that it reached; null if it failed. */
  readonly scores: readonly (number | null)[];
  readonly curve: Trained['curve'];
  readonly failure: string | null;
}

export interface Searched {
  readonly seed: number;
  readonly trials: readonly Trial[];
  /** Leaders by their repeats, the chosen one first. */
  readonly judged: readonly JudgedTrial[];
  /** Rounds or epochs of all its trainings. */
  readonly cost: number;
}

/** Number of measurements per training, for its curve. */
const looksOfCurve = 10;

export function looksUntil(until: number): number[] {
  const every = until / looksOfCurve;
  return [
    ...new Set(Array.from({ length: looksOfCurve }, (_, i) => Math.max(1, Math.round(every * (i + 1))))),
  ];
}

/**
 * Returns the seed of a search's trainings: repeat 0 is for the rungs. Seeds below 1,000 are reserved for the
 * final trainings.
 */
export function trainingSeed(search: number, repeat: number): number {
  return 1_000 + 100 * search + repeat;
}

/**
 * Runs a random search with successive halving. All trials of a rung have the same seed, and so the same
 * data, devices and first weights: they differ only in their settings. The leaders are then trained again
 * with other seeds, on the devices' own data, and judged by these repeats.
 */
export async function search(plan: SearchPlan, train: Train): Promise<Searched> {
  const { seed, points, rungs, leaders, repeats, better, on } = plan;
  const most = rungs.at(-1)!.until;
  const looks = [...new Set([...rungs.map(({ until }) => until), ...looksUntil(most)])];
  const trials = points.map((point, trial): Trial => {
    return { trial, point, rung: -1, scores: [], curve: [], failure: null };
  });
  let cost = 0;
  const trained = async (asked: readonly TrainingAsked[], what: string) => {
    cost += asked.reduce((sum, { from, until }) => sum + until - from, 0);
    return train(asked, what);
  };
  let entered: readonly Trial[] = trials;
  for (const [rung, { until }] of rungs.entries()) {
    const from = rungs[rung - 1]?.until ?? 0;
    const asked = entered.map(({ trial, point }) => ({
      run: `search ${seed}, trial ${trial}, until ${until}`,
      place: `search-${seed}-trial-${trial}`,
      on,
      settings: point.settings,
      seed: trainingSeed(seed, 0),
      from,
      until,
      looks,
    }));
    const outcomes = await trained(asked, `search ${seed}, rung ${rung + 1} of ${rungs.length}`);
    const standings = entered.map(({ trial, scores }, i) => {
      const { score, curve, failure } = outcomes[i]!;
      trials[trial] = { ...trials[trial]!, rung, scores: [...scores, score], curve, failure };
      return { trial, score };
    });
    const next = rungs[rung + 1]?.trials ?? 0;
    // Failed or diverged trials are not trained further, even if few others are left.
    entered = ranked(standings, better)
      .filter(({ score }) => score !== null)
      .slice(0, next)
      .map(({ trial }) => trials[trial]!);
  }
  const inLead = inOrder(trials, better).slice(0, leaders);
  const again = inLead.flatMap(({ trial, point }) =>
    Array.from({ length: repeats }, (_, i) => ({
      run: `search ${seed}, trial ${trial}, repeat ${i + 1}`,
      place: null,
      on: 'validation' as const,
      settings: point.settings,
      seed: trainingSeed(seed, i + 1),
      from: 0,
      until: most,
      looks: [],
    })),
  );
  const outcomes = await trained(again, `search ${seed}, repeats`);
  const judged = judge(
    inLead.map(({ trial }, leader) => ({
      trial,
      repeats: outcomes.slice(leader * repeats, (leader + 1) * repeats).map(({ score }) => score),
    })),
    better,
  );
  return { seed, trials, judged, cost };
}

/** Sorts trials from the best: by the last rung reached, then by their score there. */
export function inOrder(trials: readonly Trial[], better: 'higher' | 'lower'): Trial[] {
  const last = trials.reduce((most, { rung }) => Math.max(most, rung), 0);
  return Array.from({ length: last + 1 }, (_, i) => last - i).flatMap(rung =>
    ranked(
      trials
        .filter(trial => trial.rung === rung)
        .map(trial => ({ ...trial, score: trial.scores.at(-1) ?? null })),
      better,
    ),
  );
}
