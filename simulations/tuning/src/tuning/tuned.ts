import type { Point } from '@murmuration/simulations/spaces/dimensions';
import type { Space } from '@murmuration/simulations/spaces/space';
import type { Rung } from './halving.ts';
import type { Effect } from './importance/importance.ts';
import type { Searched } from './search.ts';
import type { Outcome } from './training.ts';

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
