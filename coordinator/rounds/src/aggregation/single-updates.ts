import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import type { RunningSum, UpdateOrigin } from './running-sum.ts';

/**
 * Single updates of a round, for strategies that need them: memory O(cohort × model), 4 bytes × values ×
 * updates, while a running sum takes O(model). Each is checked and dequantised by a sum that holds nothing
 * else.
 */
export class SingleUpdates {
  readonly consumes = 'each';
  readonly inRing = [];
  readonly #sumOfOne: RunningSum;
  readonly #updates: Mean[] = [];

  /** Starts empty; `sumOfOne` makes the empty sum for an update of the plan. */
  constructor(sumOfOne: () => RunningSum) {
    this.#sumOfOne = sumOfOne();
  }

  get form(): UpdateForm {
    return this.#sumOfOne.form;
  }

  get contributors(): number {
    return this.#updates.length;
  }

  /** Updates with their weights, in the order of arrival. */
  get updates(): readonly Mean[] {
    return this.#updates;
  }

  /** Stores an update in wire format; one that is refused, with a code of `update.*`, changes nothing. */
  add(bytes: Uint8Array, _group?: number, _origin?: UpdateOrigin): void {
    const sum = this.#sumOfOne;
    // An impossible update is still in it.
    sum.clear();
    sum.add(bytes);
    this.#updates.push(sum.mean());
  }
}
