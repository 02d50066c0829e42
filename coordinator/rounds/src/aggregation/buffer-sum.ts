import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { type RunningSum, requireLength, type UpdateOrigin } from './running-sum.ts';
import { type WeightedVector, weightedVector } from './weighted-vector.ts';

/**
 * Sum of a buffer of asynchronous aggregation (FedBuff; Nguyen et al. 2022, Algorithm 1). Each weighted
 * update is discounted for its staleness, and the sum is divided by the weights without that discount, so a
 * buffer of stale updates makes a shorter step. Each update is checked and dequantised by a sum that holds
 * nothing else.
 */
export class BufferSum implements RunningSum {
  readonly consumes = 'sum';
  readonly inRing = [];
  contributors = 0;
  #weight = 0;
  readonly #sumOfOne: RunningSum;
  readonly #vector: WeightedVector;

  /** Starts empty; `sumOfOne` is the empty sum for an update of the plan. */
  constructor(layout: Layout, sumOfOne: RunningSum) {
    this.#sumOfOne = sumOfOne;
    this.#vector = weightedVector(layout.count);
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
    this.#weight += weight;
    this.contributors += 1;
  }

  mean(): Mean {
    if (this.contributors === 0) throw new MurmurationError('update.impossible', 'No update was added.');
    const weight = this.#weight;
    return { delta: Float32Array.from(this.#vector.values, value => value / weight), weight };
  }

  /** Returns the number of contributors, their weight, then the sum: 64 bits each. */
  snapshot(): Uint8Array {
    const { values } = this.#vector;
    const copy = new Float64Array(2 + values.length);
    copy.set([this.contributors, this.#weight]);
    copy.set(values, 2);
    return new Uint8Array(copy.buffer);
  }

  restore(snapshot: Uint8Array): void {
    const { values } = this.#vector;
    requireLength(snapshot, 8 * (2 + values.length));
    const copy = new Float64Array(new Uint8Array(snapshot).buffer);
    this.contributors = copy[0]!;
    this.#weight = copy[1]!;
    values.set(copy.subarray(2));
  }

  clear(): void {
    this.contributors = 0;
    this.#weight = 0;
    this.#vector.values.fill(0);
  }
}
