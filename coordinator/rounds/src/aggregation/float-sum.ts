import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { type RunningSum, requireLength } from './running-sum.ts';
import { lostSquare, squaredNorm, type WeightedVector, weightedVector } from './weighted-vector.ts';

/** Tolerance for a norm that a device computed in float32. */
const normTolerance = 1 + 1e-3;

/** Weighted sum of float32 deltas in float64. */
export class FloatSum implements RunningSum {
  readonly consumes = 'sum';
  readonly inRing = [];
  readonly form: Extract<UpdateForm, { kind: 'float32' }>;
  contributors = 0;
  #weight = 0;
  readonly #vector: WeightedVector;
  readonly #clip: number;
  /** Sums of squares below this, as the vector returns them, are certainly within the clip. */
  readonly #surelyWithin: number;

  constructor(layout: Layout, settings: { readonly clip: number; readonly weightCap: number }) {
    this.form = {
      kind: 'float32',
      layoutHash: layout.hash,
      count: layout.count,
      maxWeight: settings.weightCap,
    };
    this.#vector = weightedVector(layout.count);
    this.#clip = settings.clip;
    this.#surelyWithin = (settings.clip * normTolerance) ** 2 * (1 - 1e-5) - layout.count * lostSquare;
  }

  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'float32') throw new MurmurationError('update.wrong-kind');
    const { delta, weight } = update;
    // A comparison with NaN is false.
    if (!(this.#vector.take(delta) < this.#surelyWithin)) this.#requireNorm(delta);
    this.#vector.add(weight);
    this.#weight += weight;
    this.contributors += 1;
  }

  #requireNorm(delta: Float32Array): void {
    const norm = Math.sqrt(squaredNorm(delta));
    // A NaN or an infinity anywhere makes the norm one too.
    if (!Number.isFinite(norm)) throw new MurmurationError('update.not-finite');
    if (norm > this.#clip * normTolerance)
      throw new MurmurationError(
        'update.norm',
        `The norm of the update is ${norm}; its plan allows ${this.#clip}.`,
      );
  }

  mean(): Mean {
    if (this.contributors === 0) throw new MurmurationError('update.impossible', 'No update was added.');
    const { values } = this.#vector;
    const weight = this.#weight;
    const delta = new Float32Array(values.length);
    for (let i = 0; i < delta.length; i++) delta[i] = values[i]! / weight;
    return { delta, weight };
  }

  /** Returns the number of contributors, their weight, then the sum: 64 bits each. */
  snapshot(): Uint8Array {
    const copy = new Float64Array(2 + this.#vector.values.length);
    copy[0] = this.contributors;
    copy[1] = this.#weight;
    copy.set(this.#vector.values, 2);
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
