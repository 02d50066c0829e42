import type { Point } from '@murmuration/simulations/spaces/dimensions';
import type { Space } from '@murmuration/simulations/spaces/space';
import type { Rung } from './halving.ts';
import type { SettingEffect } from './importance/importance.ts';
import type { Searched } from './search.ts';
import type { Trained } from './training.ts';

/** Result of settings on held-out data, over the final seeds. */
export interface Finished {
  readonly name: string;
  readonly settings: Point['settings'];
  /** One score per seed; null if it failed. */
  readonly scores: readonly (number | null)[];
  readonly mean: number | null;
  readonly error: number | null;
  /** Curve on held-out data, with the first seed. */
  readonly curve: Trained['curve'];
}

/** Result of a grid, whose points were trained once and for all rounds. */
export interface GridFound {
  readonly points: number;
  readonly cost: number;
  /** Score on the validation examples. */
  readonly score: number | null;
  readonly final: Finished;
}

/** Search with the final result of its choice. */
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
  /** Data on which the rungs were measured. */
  readonly on: 'proxy' | 'validation';
  readonly rungs: readonly Rung[];
  /** Seeds of the final trainings. */
  readonly finalSeeds: readonly number[];
  readonly searches: readonly SearchFound[];
  /** Result of the scenario's own settings. */
  readonly own: Finished;
  /** Search whose choice is proposed: the best by its repeats, without any held-out example. */
  readonly proposed: SearchFound;
  readonly effects: readonly SettingEffect[];
  /** Command that runs it; for a central task its plan. */
  readonly command: string;
  /** Rounds or epochs of the searches, without the grid and the final trainings. */
  readonly cost: number;
}
