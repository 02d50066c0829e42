import { MurmurationError } from '@murmuration/protocol/errors';
import { addPacked, centre, elementAt } from '@murmuration/protocol/secagg/ring';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import {
  type Mean,
  meanOfSum,
  type Quantization,
  type QuantizationSettings,
  quantizationFor,
} from '@murmuration/protocol/weights/quantize';
import type { RunningSum } from './running-sum.ts';

/** A sum of quantised updates in the ring 2^w, which is the same whatever the order of arrival. */
export class RingSum implements RunningSum {
  readonly form: Extract<UpdateForm, { kind: 'ring' }>;
  contributors = 0;
  readonly #sum: Int32Array;
  readonly #layout: Layout;
  readonly #settings: QuantizationSettings;
  readonly #quantization: Quantization;
  readonly #seed: string;

  /** `seed` is that of the rotation, the id of the round. Throws `config.ring` where a sum could wrap. */
  constructor(layout: Layout, settings: QuantizationSettings, seed: string) {
    this.#layout = layout;
    this.#settings = settings;
    this.#quantization = quantizationFor(layout.count, settings);
    this.#seed = seed;
    const { elements, width } = this.#quantization;
    this.form = { kind: 'ring', layoutHash: layout.hash, count: elements, width };
    this.#sum = new Int32Array(elements);
  }

  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'ring') throw new MurmurationError('update.wrong-kind');
    const { width, elements, contributionBits } = this.#quantization;
    const weight = elementAt(update.packed, elements - 1, width);
    if (weight < 1 || weight > this.#settings.weightCap)
      throw new MurmurationError(
        'update.weight',
        `A weight is a whole number from 1 to ${this.#settings.weightCap}; this one is ${weight}.`,
      );
    addPacked(this.#sum, update.packed, width, contributionBits);
    this.contributors += 1;
  }

  mean(): Mean {
    const sum = centre(this.#sum.slice(), this.#quantization.width);
    return meanOfSum(
      sum,
      this.contributors,
      this.#layout.count,
      this.#settings,
      this.#quantization,
      this.#seed,
    );
  }
}
