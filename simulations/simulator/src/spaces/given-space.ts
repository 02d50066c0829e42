import type { SettingDistribution } from './distributions.ts';

/** Search space and budget, as a file gives them; all fields except `settings` have defaults. */
export interface GivenSpace {
  /** Distribution of each setting by its path, as in `--set`, such as `plan.learningRate`. */
  readonly settings: Readonly<Record<string, SettingDistribution>>;
  /** Metric of the scenario to optimise; the first one by default. */
  readonly metric?: string;
  /**
   * `federated`: rounds of devices. `central`: their examples in one place, as in a coordinator's central
   * task.
   * @default 'federated'
   */
  readonly training?: 'federated' | 'central';
  /**
   * Number of settings that are drawn, 1 to 1,000.
   * @default 27
   */
  readonly trials?: number;
  /** Rounds of a full training, or epochs if it is central; `stop.rounds` of the scenario by default. */
  readonly rounds?: number;
  /**
   * Ratio η of successive halving, 2 to 10: one trial in η goes on to the next rung, which is η times longer.
   * @default 3
   */
  readonly eta?: number;
  /**
   * Number of rungs; by default as many as leave at least one trial on the last rung and at least one round
   * on the first.
   */
  readonly rungs?: number;
  /**
   * Trials of the last rungs that are trained again with other seeds, 1 to 20.
   * @default 3
   */
  readonly leaders?: number;
  /**
   * Repeats of each leader, 1 to 20.
   * @default 2
   */
  readonly repeats?: number;
  /**
   * Number of seeds, from 1 on, with which each choice is finally trained and measured on held-out data, 1 to
   * 20.
   * @default 3
   */
  readonly finals?: number;
  /**
   * Points per setting of a grid that is trained in addition to the search; null: no grid.
   * @default null
   */
  readonly grid?: number | null;
  /**
   * Number of searches, each with a different seed, at most 20.
   * @default 1
   */
  readonly searches?: number;
}

/** Types the search space that a file exports by default. */
export function defineSpace(space: GivenSpace): GivenSpace {
  return space;
}
