import type { Mean } from '@murmuration/protocol/weights/quantize';

/** What a strategy remembers from round to round; stored with each version. */
export type StrategyState = Readonly<Record<string, number | Float32Array>>;

/**
 * Turns what a round added up into the next model. Pure: neither `model` nor `state` is changed. The mean is that of
 * the devices' deltas, so that a step of size 1 along it is plain federated averaging.
 */
export interface Strategy<State extends StrategyState = StrategyState> {
  readonly name: string;
  /** The state before the first round of a model with `count` values. */
  init(count: number): State;
  apply(
    state: State,
    model: Float32Array,
    mean: Mean,
  ): { readonly state: State; readonly model: Float32Array };
}
