import type { Point } from '@murmuration/simulations/spaces/dimensions';
import { ranked } from './halving.ts';
import { trainingSeed } from './search.ts';
import type { Train } from './training.ts';
import type { GridFound } from './tuned.ts';

/** Trained grid, and its best point; null without a grid. */
export interface TrainedGrid extends Omit<GridFound, 'final'> {
  readonly best: Point | null;
}

/** Trains each point of a grid once, for all rounds. */
export async function trainGrid(
  points: readonly Point[],
  seed: number,
  most: number,
  better: 'higher' | 'lower',
  train: Train,
): Promise<TrainedGrid> {
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
