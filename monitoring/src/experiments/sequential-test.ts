import type { ArmSums } from './arm-sums.ts';

/** Comparison of an arm with the first one. */
export interface Comparison {
  readonly arm: string;
  /** Difference of means, arm − control. */
  readonly effect: number;
  /** Interval of the true difference at the confidence of the test; infinite if too little is known. */
  readonly interval: readonly [number, number];
  /** p-value, from 0 to 1. */
  readonly p: number;
  readonly isDecided: boolean;
}

/** Results of an experiment so far. */
export interface ExperimentVerdict {
  /** Name of the first arm, which the others are compared with. */
  readonly control: string;
  readonly comparisons: readonly Comparison[];
}

/** Test of an experiment that is valid at any look and may stop at any look. Its state is plain data. */
export interface SequentialTest<State> {
  init(): State;
  /** Returns the state after more units of an arm. The first arm added is the control. */
  add(state: State, arm: string, sums: ArmSums): State;
  verdict(state: State): ExperimentVerdict;
}
