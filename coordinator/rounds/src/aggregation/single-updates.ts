import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import type { Origin, RunningSum } from './running-sum.ts';

/**
 * Every single update of a round, for strategies that need them: memory O(cohort × model), 4 bytes × values × updates,
 * where a running sum takes O(model). Each is checked by, and dequantised from, a sum that holds nothing else.
 */
export class SingleUpdates {
  readonly consumes = 'each';
  readonly inRing = [];
  readonly #sumOfOne: RunningSum;
  readonly #updates: Mean[] = [];

  /** `sumOfOne` makes the empty sum for an update of the plan. */
  constructor(sumOfOne: () => RunningSum) {
    this.#sumOfOne = sumOfOne();
  }

  get form(): UpdateForm {
    return this.#sumOfOne.form;
  }

  /** Updates kept. */
  get contributors(): number {
    return this.#updates.length;
  }

  /** Each update and its weight, in the order of arrival. */
  get updates(): readonly Mean[] {
    return this.#updates;
  }

  /** Keeps an update as it came off the wire; one that is refused, with a code of `update.*`, changes nothing. */
  add(bytes: Uint8Array, _group?: number, _origin?: Origin): void {
    const sum = this.#sumOfOne;
    // One that was impossible is in it still.
    sum.clear();
    sum.add(bytes);
    this.#updates.push(sum.mean());
  }
}
