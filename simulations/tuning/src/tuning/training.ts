import type { PlainData } from '@murmuration/simulations/run-events/run-event';

/** Data on which a training is measured. `heldOut` is read only at the end, after the choice. */
export type MeasuredOn = 'proxy' | 'validation' | 'heldOut';

/** Training that a search requests: up to a round or epoch, resuming an earlier one of the same `place`. */
export interface TrainingAsked {
  /** Unique name in the state file. */
  readonly run: string;
  /**
   * Folder that stores it between rungs, shared by trainings that resume one another; null: none resumes it.
   */
  readonly place: string | null;
  readonly on: MeasuredOn;
  readonly settings: readonly { readonly path: string; readonly value: PlainData }[];
  readonly seed: number;
  /** Rounds or epochs that are already trained. */
  readonly from: number;
  readonly until: number;
  /** Rounds or epochs after which it is measured, in addition to the last one. */
  readonly looks: readonly number[];
}

/** Outcome of a training. */
export interface Trained {
  /** Final metric; null if the training failed or the metric was not finite. */
  readonly score: number | null;
  /** Metric during training, from the first round on. */
  readonly curve: readonly { readonly round: number; readonly value: number | null }[];
  /** Reason for failure; null if it did not fail. */
  readonly failure: string | null;
}

/** Trains; outcomes are in the order of the requests. */
export type Train = (asked: readonly TrainingAsked[], what: string) => Promise<readonly Trained[]>;
