import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { RunningSum } from './running-sum.ts';
import { WeightedSum } from './weighted-sum.ts';
import { lostSquare, squaredNorm, type WeightedVector, weightedVector } from './weighted-vector.ts';

/** Tolerance for a norm that a device computed in float32. */
const normTolerance = 1 + 1e-3;

/** Weighted sum of float32 deltas in float64. */
export class FloatSum extends WeightedSum implements RunningSum {
  readonly form: Extract<UpdateForm, { kind: 'float32' }>;
  protected readonly values: Float64Array;
  readonly #vector: WeightedVector;
  readonly #clip: number;
  /** Sums of squares below this, as the vector returns them, are certainly within the clip. */
  readonly #surelyWithin: number;

  constructor(layout: Layout, settings: { readonly clip: number; readonly weightCap: number }) {
    super();
    this.form = {
      kind: 'float32',
      layoutHash: layout.hash,
      count: layout.count,
      maxWeight: settings.weightCap,
    };
    this.#vector = weightedVector(layout.count);
    this.values = this.#vector.values;
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
    this.weight += weight;
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
}
