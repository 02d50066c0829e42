import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateSettings } from '@murmuration/protocol/messages/plan';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { keptOf } from '@murmuration/protocol/weights/sparse';
import type { RunningSum } from './running-sum.ts';
import { WeightedSum } from './weighted-sum.ts';

/** Tolerance for a norm that a device computed in float32. */
const normTolerance = 1 + 1e-3;

/**
 * Weighted sum, in float64, of updates with only some of the values: memory O(model), work O(values sent).
 */
export class SparseSum extends WeightedSum implements RunningSum {
  readonly form: Extract<UpdateForm, { kind: 'sparse' }>;
  protected readonly values: Float64Array;
  readonly #clip: number;
  /** Factor of a value that was sent. */
  readonly #scale: number;

  constructor(
    layout: Layout,
    { clip, bits, weightCap }: UpdateSettings,
    { kind, fraction, feedback }: NonNullable<UpdateSettings['compression']>,
  ) {
    super();
    const count = keptOf(layout.count, fraction);
    this.form = {
      kind: 'sparse',
      layoutHash: layout.hash,
      count,
      of: layout.count,
      bits,
      isDrawn: kind === 'randomK',
      maxWeight: weightCap,
    };
    this.values = new Float64Array(layout.count);
    this.#clip = clip;
    this.#scale = feedback ? 1 : layout.count / count;
  }

  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'sparse') throw new MurmurationError('update.wrong-kind');
    const { places, unit, units, weight } = update;
    const norm = unit * Math.sqrt(units.reduce((sum, value) => sum + value * value, 0));
    if (norm > this.#clip * normTolerance)
      throw new MurmurationError(
        'update.norm',
        `The norm of the update is ${norm}; its plan allows ${this.#clip}.`,
      );
    for (const [i, place] of places.entries())
      this.values[place] = this.values[place]! + weight * unit * units[i]!;
    this.weight += weight;
    this.contributors += 1;
  }

  override mean(): Mean {
    this.requireUpdates();
    const { weight } = this;
    const scale = this.#scale / weight;
    return { delta: Float32Array.from(this.values, value => value * scale), weight };
  }
}
