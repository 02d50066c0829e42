import type { Point } from '@murmuration/simulations/spaces/dimensions';
import { type Judged, judge } from './choice.ts';
import { type Rung, ranked } from './halving.ts';
import type { MeasuredOn, Outcome, Train, TrainingAsked } from './training.ts';

/** A search from one seed. */
export interface SearchPlan {
  /** Names it among others. */
  readonly seed: number;
  /** The settings that are tried, as many as the first rung has trials. */
  readonly points: readonly Point[];
  readonly rungs: readonly Rung[];
  readonly leaders: number;
  readonly repeats: number;
  readonly better: 'higher' | 'lower';
  /** What the rungs are measured on: public data where the scenario has some. */
  readonly on: Exclude<MeasuredOn, 'heldOut'>;
}

/** A setting that was tried. */
export interface Trial {
  readonly trial: number;
  readonly point: Point;
  /** The last rung that it reached, from 0. */
  readonly rung: number;
  /** On each rung that it reached; null where it failed. */
  readonly scores: readonly (number | null)[];
  readonly curve: Outcome['curve'];
  readonly failure: string | null;
}

export interface Searched {
  readonly seed: number;
  readonly trials: readonly Trial[];
  /** Those in the lead by their repeats, the chosen one first. */
  readonly judged: readonly Judged[];
  /** Rounds or epochs of all its trainings. */
  readonly cost: number;
}

/** Rounds at which every training is measured, so that curves have something to show. */
const looksOfCurve = 10;

export function looksUntil(until: number): number[] {
  const every = until / looksOfCurve;
  return [
    ...new Set(Array.from({ length: looksOfCurve }, (_, i) => Math.max(1, Math.round(every * (i + 1))))),
  ];
}

/** The seed of a search's trainings: 0 that of the rungs, others those of repeats. Seeds below 1,000 are left to what is trained in the end. */
export function trainingSeed(search: number, repeat: number): number {
  return 1_000 + 100 * search + repeat;
}

/**
 * Random search with successive halving. All trials of a rung have the same seed, so the same data, devices and first weights: they differ
 * in their settings only. Those in the lead are then trained again from other seeds, on the devices' own data, and judged by that.
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
    // What failed or diverged is not trained further, however few others there are.
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

/** Trials from the best: those that came to a later rung first, within a rung by their score there. */
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
