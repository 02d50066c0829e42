import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { requireLength } from './running-sum.ts';

/** Weighted sum in float64, with the number and the weight of its updates. */
export abstract class WeightedSum {
  readonly consumes = 'sum';
  readonly inRing = [];
  contributors = 0;
  protected weight = 0;
  protected abstract readonly values: Float64Array;

  /** Returns the weighted mean. Throws `update.impossible` without an update. */
  mean(): Mean {
    this.requireUpdates();
    const { values, weight } = this;
    const delta = new Float32Array(values.length);
    for (let i = 0; i < delta.length; i++) delta[i] = values[i]! / weight;
    return { delta, weight };
  }

  protected requireUpdates(): void {
    if (this.contributors === 0) throw new MurmurationError('update.impossible', 'No update was added.');
  }

  /** Returns the number of contributors, their weight, then the sum: 64 bits each. */
  snapshot(): Uint8Array {
    const copy = new Float64Array(2 + this.values.length);
    copy.set([this.contributors, this.weight]);
    copy.set(this.values, 2);
    return new Uint8Array(copy.buffer);
  }

  restore(snapshot: Uint8Array): void {
    requireLength(snapshot, 8 * (2 + this.values.length));
    const copy = new Float64Array(new Uint8Array(snapshot).buffer);
    this.contributors = copy[0]!;
    this.weight = copy[1]!;
    this.values.set(copy.subarray(2));
  }

  clear(): void {
    this.contributors = 0;
    this.weight = 0;
    this.values.fill(0);
  }
}
