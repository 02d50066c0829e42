import { MurmurationError } from '@murmuration/protocol/errors';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { type RunningSum, requireLength } from './running-sum.ts';

/** Rounding of a norm that a device computed in float32. */
const normTolerance = 1 + 1e-3;

/** A weighted sum of float32 deltas in float64. */
export class FloatSum implements RunningSum {
  readonly form: Extract<UpdateForm, { kind: 'float32' }>;
  contributors = 0;
  #weight = 0;
  readonly #sum: Float64Array;
  readonly #clip: number;

  constructor(layout: Layout, settings: { readonly clip: number; readonly weightCap: number }) {
    this.form = {
      kind: 'float32',
      layoutHash: layout.hash,
      count: layout.count,
      maxWeight: settings.weightCap,
    };
    this.#sum = new Float64Array(layout.count);
    this.#clip = settings.clip;
  }

  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'float32') throw new MurmurationError('update.wrong-kind');
    const { delta, weight } = update;
    const norm = Math.sqrt(squaredNorm(delta));
    // One pass answers both: a NaN or an infinity anywhere makes the norm one too.
    if (!Number.isFinite(norm)) throw new MurmurationError('update.not-finite');
    if (norm > this.#clip * normTolerance)
      throw new MurmurationError(
        'update.norm',
        `The norm of the update is ${norm}; its plan allows ${this.#clip}.`,
      );
    addWeighted(this.#sum, delta, weight);
    this.#weight += weight;
    this.contributors += 1;
  }

  mean(): Mean {
    if (this.contributors === 0) throw new MurmurationError('update.impossible', 'No update was added.');
    const delta = new Float32Array(this.#sum.length);
    for (let i = 0; i < delta.length; i++) delta[i] = this.#sum[i]! / this.#weight;
    return { delta, weight: this.#weight };
  }

  /** The number of contributors, their weight, then the sum: 64 bits each. */
  snapshot(): Uint8Array {
    const values = new Float64Array(2 + this.#sum.length);
    values[0] = this.contributors;
    values[1] = this.#weight;
    values.set(this.#sum, 2);
    return new Uint8Array(values.buffer);
  }

  restore(snapshot: Uint8Array): void {
    requireLength(snapshot, 8 * (2 + this.#sum.length));
    const values = new Float64Array(snapshot.slice().buffer);
    this.contributors = values[0]!;
    this.#weight = values[1]!;
    this.#sum.set(values.subarray(2));
  }
}

/** Four sums at a time, since one would wait for the last addition before it begins the next. */
function squaredNorm(values: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const even = values.length & ~3;
  for (let i = 0; i < even; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = even; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}

function addWeighted(sum: Float64Array, delta: Float32Array, weight: number): void {
  const even = sum.length & ~3;
  for (let i = 0; i < even; i += 4) {
    sum[i] = sum[i]! + weight * delta[i]!;
    sum[i + 1] = sum[i + 1]! + weight * delta[i + 1]!;
    sum[i + 2] = sum[i + 2]! + weight * delta[i + 2]!;
    sum[i + 3] = sum[i + 3]! + weight * delta[i + 3]!;
  }
  for (let i = even; i < sum.length; i++) sum[i] = sum[i]! + weight * delta[i]!;
}
