import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Fairness, PlanControl } from '@murmuration/protocol/messages/plan';
import type { Mean } from '@murmuration/protocol/weights/quantize';

/** What a strategy remembers from round to round; stored with each version. */
export type StrategyState = Readonly<Record<string, number | Float32Array>>;

interface AnyStrategy<State extends StrategyState> {
  readonly name: string;
  /** The state before the first round of a model with `count` values. */
  init(count: number): State;
}

/** What a strategy makes of a round. */
export interface Stepped<State extends StrategyState> {
  readonly state: State;
  readonly model: Float32Array;
}

/**
 * Needs no more than the weighted mean of the devices' deltas, so that updates are added up as they arrive and may be
 * masked. A step of size 1 along the mean is plain federated averaging.
 */
export interface SumStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'sum';
  /** How devices weigh their updates by their losses, in a round from a version with this state; left out where they don't. */
  fairness?(state: State): AskedFairness;
  /**
   * The control variate that corrects the steps of devices in a round from a version with this state; left out where none does. Their changes
   * are in the mean then.
   */
  control?(state: State): AskedControl;
  /** Longest L2 norm of updates in a round from a version with this state, whose updates say whether they were within it; left out where the task says it. */
  clip?(state: State): number;
  /** Where there are control variates, the devices that keep one. */
  readonly population?: number;
  /** `contributors`: how many updates are in the mean, where that is known; `round`: the one that gathered them. */
  apply(
    state: State,
    model: Float32Array,
    mean: Mean,
    contributors?: number,
    round?: RoundName,
  ): Stepped<State>;
}

/** By what a round is told from others. */
export interface RoundName {
  readonly id: RoundId;
  /** Rounds of a task count from 1. */
  readonly number: number;
}

/** `PlanControl` of a plan, with c itself; `clip` is left out where the settings of the task say it. */
export type AskedControl = Pick<PlanControl, 'origin' | 'rounds'> &
  Partial<Pick<PlanControl, 'clip'>> & { readonly values: Float32Array };

/** `Fairness` of a plan, with `lipschitz` left out where it is 1 / the learning rate of the plan. */
export type AskedFairness = Pick<Fairness, 'q'> &
  Partial<Pick<Fairness, 'lipschitz'>> & {
    /** The power q of the usual loss, whose weight is in the middle of those that a plan allows; `scale` of a mean tells it afterwards. */
    readonly scale: number;
  };

/**
 * Needs every single update, in whatever order: at least one. So the coordinator sees them, and no task combines it with
 * masking; a round keeps them in memory, 4 bytes × values of the model × updates.
 */
export interface EachStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'each';
  /** Updates below which what it promises does not hold; left out where that is one. */
  readonly fewest?: number;
  apply(state: State, model: Float32Array, updates: readonly Mean[]): Stepped<State>;
}

/**
 * Needs the mean of each masked group of a cohort, in whatever order: the coordinator sees the sums of groups, and no single update. A
 * round keeps a sum of each group in memory, 4 bytes × values of the model × groups.
 */
export interface GroupsStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'groups';
  /** Groups below which what it promises does not hold; left out where that is one. */
  readonly fewest?: number;
  apply(state: State, model: Float32Array, groups: readonly Mean[]): Stepped<State>;
}

/** Turns what a round gathered into the next model. Pure: nothing that it is given is changed. */
export type Strategy<State extends StrategyState = StrategyState> =
  | SumStrategy<State>
  | EachStrategy<State>
  | GroupsStrategy<State>;
