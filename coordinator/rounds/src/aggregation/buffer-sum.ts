import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import type { RunningSum, UpdateOrigin } from './running-sum.ts';
import { WeightedSum } from './weighted-sum.ts';
import { type WeightedVector, weightedVector } from './weighted-vector.ts';

/**
 * Sum of a buffer of asynchronous aggregation (FedBuff; Nguyen et al. 2022, Algorithm 1). Each weighted
 * update is discounted for its staleness, and the sum is divided by the weights without that discount, so a
 * buffer of stale updates makes a shorter step. Each update is checked and dequantised by a sum that holds
 * nothing else.
 */
export class BufferSum extends WeightedSum implements RunningSum {
  readonly #sumOfOne: RunningSum;
  protected readonly values: Float64Array;
  readonly #vector: WeightedVector;

  /** Starts empty; `sumOfOne` is the empty sum for an update of the plan. */
  constructor(layout: Layout, sumOfOne: RunningSum) {
    super();
    this.#sumOfOne = sumOfOne;
    this.#vector = weightedVector(layout.count);
    this.values = this.#vector.values;
  }

  get form(): UpdateForm {
    return this.#sumOfOne.form;
  }

  add(bytes: Uint8Array, _group?: number, origin?: UpdateOrigin): void {
    const sum = this.#sumOfOne;
    // An impossible update is still in it.
    sum.clear();
    if (origin && sum.seed !== undefined) sum.seed = origin.round;
    sum.add(bytes);
    const { delta, weight } = sum.mean();
    this.#vector.take(delta);
    this.#vector.add(weight * stalenessWeight(origin?.staleness ?? 0));
    this.weight += weight;
    this.contributors += 1;
  }
}
