import type { PlainData } from '@murmuration/simulations/run-events/run-event';

/** What a training is measured on. `heldOut` is read in the end only, once all is chosen. */
export type MeasuredOn = 'proxy' | 'validation' | 'heldOut';

/** A training that a search asks for: up to a round or an epoch, from where an earlier one of the same `place` ended. */
export interface TrainingAsked {
  /** What it is called in the state file; another training has another name. */
  readonly run: string;
  /** Where it is kept between rungs; trainings that go on from one another share it. null: nothing goes on from it. */
  readonly place: string | null;
  readonly on: MeasuredOn;
  readonly settings: readonly { readonly path: string; readonly value: PlainData }[];
  readonly seed: number;
  /** Rounds or epochs that it has behind it. */
  readonly from: number;
  readonly until: number;
  /** Rounds or epochs after which it is measured beside the last one. */
  readonly looks: readonly number[];
}

/** What a training came to. */
export interface Outcome {
  /** The metric in the end; null where it failed or was no finite number. */
  readonly score: number | null;
  /** The metric on the way, from the first round on. */
  readonly curve: readonly { readonly round: number; readonly value: number | null }[];
  /** Why it failed; null where it did not. */
  readonly failure: string | null;
}

/** Trains; the outcomes are in the order in which they were asked for. */
export type Train = (asked: readonly TrainingAsked[], what: string) => Promise<readonly Outcome[]>;
