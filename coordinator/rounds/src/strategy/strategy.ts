import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Fairness, PlanControl } from '@murmuration/protocol/messages/plan';
import type { Mean } from '@murmuration/protocol/weights/quantize';

/** State of a strategy from round to round; stored with each version. */
export type StrategyState = Readonly<Record<string, number | Float32Array>>;

interface AnyStrategy<State extends StrategyState> {
  readonly name: string;
  /** Returns the state before the first round of a model with `count` values. */
  init(count: number): State;
}

/** Result of a strategy for a round. */
export interface Stepped<State extends StrategyState> {
  readonly state: State;
  readonly model: Float32Array;
}

/**
 * Strategy that needs only the weighted mean of the devices' deltas, so that updates are added up as they
 * arrive and may be masked. A step of size 1 along the mean is plain federated averaging.
 */
export interface SumStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'sum';
  /**
   * Returns how devices weigh their updates by their losses, in a round from a version with this state; left
   * out if they don't.
   */
  fairness?(state: State): AskedFairness;
  /**
   * Returns the control variate that corrects the steps of devices in a round from a version with this state;
   * left out if none does. The mean then includes their changes.
   */
  control?(state: State): AskedControl;
  /**
   * Returns the largest L2 norm of updates in a round from a version with this state; the updates say if they
   * were within it. Left out if the task sets the clip.
   */
  clip?(state: State): number;
  /** Number of devices that keep a control variate, if there are any. */
  readonly population?: number;
  /**
   * Applies the mean of a round. `contributors` is the number of updates in it, if known; `round` is the
   * round that gathered them.
   */
  apply(
    state: State,
    model: Float32Array,
    mean: Mean,
    contributors?: number,
    round?: RoundName,
  ): Stepped<State>;
}

/** Identity of a round. */
export interface RoundName {
  readonly id: RoundId;
  /** Number of the round within its task, from 1. */
  readonly number: number;
}

/** `PlanControl` of a plan, with c itself; `clip` is left out if the settings of the task determine it. */
export type AskedControl = Pick<PlanControl, 'origin' | 'rounds'> &
  Partial<Pick<PlanControl, 'clip'>> & { readonly values: Float32Array };

/** `Fairness` of a plan, with `lipschitz` left out if it is 1 / the learning rate of the plan. */
export type AskedFairness = Pick<Fairness, 'q'> &
  Partial<Pick<Fairness, 'lipschitz'>> & {
    /**
     * The power q of the usual loss, whose weight is in the middle of those that a plan allows; `scale` of a
     * mean is its later value.
     */
    readonly scale: number;
  };

/**
 * Strategy that needs every single update, in any order: one at least. The coordinator sees them, so no task
 * combines it with masking; a round keeps them in memory, 4 bytes × values of the model × updates.
 */
export interface EachStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'each';
  /** Fewest updates for which its guarantee holds; left out if that is one. */
  readonly fewest?: number;
  apply(state: State, model: Float32Array, updates: readonly Mean[]): Stepped<State>;
}

/**
 * Strategy that needs the mean of each masked group of a cohort, in any order: the coordinator sees the sums
 * of groups, and no single update. A round keeps a sum of each group in memory, 4 bytes × values of the model
 * × groups.
 */
export interface GroupsStrategy<State extends StrategyState = StrategyState> extends AnyStrategy<State> {
  readonly consumes: 'groups';
  /** Fewest groups for which its guarantee holds; left out if that is one. */
  readonly fewest?: number;
  apply(state: State, model: Float32Array, groups: readonly Mean[]): Stepped<State>;
}

/** Rule that turns a round's aggregate into the next model. Pure: it does not change its arguments. */
export type Strategy<State extends StrategyState = StrategyState> =
  | SumStrategy<State>
  | EachStrategy<State>
  | GroupsStrategy<State>;
