import type { ArmSums } from './arm-sums.ts';

/** How an arm compares with the first one. */
export interface Comparison {
  readonly arm: string;
  /** The difference of means, arm − control. */
  readonly effect: number;
  /** Between which the true difference is, at the confidence of the test; infinite where too little is known. */
  readonly interval: readonly [number, number];
  /** From 0 to 1. */
  readonly p: number;
  readonly isDecided: boolean;
}

/** What an experiment says so far. */
export interface Verdict {
  /** The arm that others are compared with: the first one. */
  readonly control: string;
  readonly comparisons: readonly Comparison[];
}

/** A test of an experiment that may be looked at any time and stopped at any look. Its state is plain data. */
export interface SequentialTest<State> {
  init(): State;
  /** The state after more units of an arm. The first arm that is added to is the control. */
  add(state: State, arm: string, sums: ArmSums): State;
  verdict(state: State): Verdict;
}
