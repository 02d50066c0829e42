import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { centre, elementAt } from '@murmuration/protocol/secagg/ring';
import { type RingVector, ringVector } from '@murmuration/protocol/secagg/ring-vector';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import {
  longestContribution,
  type Mean,
  meanOfSum,
  type Quantization,
  type QuantizationSettings,
  quantizationFor,
  type VerdictCounts,
  verdictsOfSum,
} from '@murmuration/protocol/weights/quantize';
import type { MaskOfRound } from './mask-of-round.ts';
import { RingElements } from './ring-snapshot.ts';
import type { RunningSum, SumInRing } from './running-sum.ts';

/** Sum of quantised updates in the ring 2^w, the same whatever the order of arrival. */
export class RingSum extends RingElements implements RunningSum, SumInRing {
  readonly consumes = 'sum';
  readonly inRing = [this];
  readonly form: Extract<UpdateForm, { kind: 'ring' }>;
  /**
   * True if updates are missing that their devices believe to be counted. Means then have no change of
   * control variates, which these devices would apply all the same.
   */
  isPartial = false;
  protected readonly vector: RingVector;
  readonly #settings: QuantizationSettings;
  readonly #quantization: Quantization;
  seed: string;
  readonly #masked: boolean;
  readonly #whole: MaskOfRound['whole'] | undefined;

  /**
   * Starts empty. `seed` is that of the rotation, the id of the round. A `masked` update is noise until the
   * masks are removed from the sum, so its values can't be checked. `layout` is that of a mask of the round
   * if `whole` makes means of the whole model. Throws `config.ring` if a sum could wrap.
   */
  constructor(
    layout: Pick<Layout, 'hash' | 'count'>,
    settings: QuantizationSettings,
    seed: string,
    masked = false,
    whole?: MaskOfRound['whole'],
  ) {
    super();
    this.#settings = settings;
    this.#quantization = quantizationFor(layout.count, settings);
    this.seed = seed;
    this.#masked = masked;
    this.#whole = whole;
    const { elements, width } = this.#quantization;
    this.form = { kind: 'ring', layoutHash: layout.hash, count: elements, width };
    this.vector = ringVector(elements);
  }

  get width(): number {
    return this.#quantization.width;
  }

  add(bytes: Uint8Array): void {
    const update = decodeUpdate(bytes, this.form);
    if (update.kind !== 'ring') throw new MurmurationError('update.wrong-kind');
    const { width, elements, places, largest, contributionBits } = this.#quantization;
    if (this.#masked) this.vector.add(update.packed, width);
    else {
      const at = (place: number) => elementAt(update.packed, place, width);
      const { leastWeight = 1, weightCap } = this.#settings;
      const weight = requireWithin(at(elements - 1), leastWeight, weightCap);
      if (places.within !== undefined) requireAnswer(at(places.within));
      if (places.divisor !== undefined) requireWithin(at(places.divisor), weight, largest * weightCap);
      this.vector.add(update.packed, width, contributionBits);
    }
    this.contributors += 1;
  }

  /**
   * Returns the mean of the sum plus `noise`: a number for each of the model's, in the unit of deltas, and
   * one for the count of updates within the clip. Uses the memory of `noise`.
   */
  mean(noise?: Float32Array): Mean {
    const sum = centre(this.elements.slice(), this.width);
    const mean = meanOfSum(sum, this.contributors, this.#settings, this.#quantization, this.seed, noise);
    const whole = this.#whole?.(mean) ?? mean;
    if (!this.isPartial) return whole;
    const { control: _, ...others } = whole;
    return others;
  }

  /** Largest L2 norm of the contribution of one update of weight 1 to the sum. */
  get sensitivity(): number {
    return longestContribution(this.#settings.clip, this.#quantization);
  }

  /** One unit of the ring, in the unit of deltas. */
  get step(): number {
    return this.#quantization.step;
  }

  /** True if its updates say if they were within the clip. */
  get tellsWithin(): boolean {
    return this.#quantization.places.within !== undefined;
  }

  /** Numbers of the model in the sum. */
  get count(): number {
    return this.#quantization.values;
  }

  /**
   * Returns the contributors' verdicts on the version that their plan names, once no mask is left; undefined
   * if no verdicts are sent. Throws `update.impossible` if no updates of the plan could have led to the sum.
   */
  verdicts(): VerdictCounts | undefined {
    return verdictsOfSum(this.elements, this.contributors, this.#quantization);
  }

  /** Throws `update.impossible` if no updates of the plan could have led to the sum, once no mask is left. */
  requirePossible(): void {
    this.mean();
    this.verdicts();
  }
}

function requireAnswer(element: number): void {
  if (element !== 0 && element !== 1)
    throw new MurmurationError(
      'update.weight',
      `An update was within the clip, 1, or was not, 0; this one says ${element}.`,
    );
}

function requireWithin(weight: number, least: number, most: number): number {
  if (weight < least || weight > most)
    throw new MurmurationError(
      'update.weight',
      `A weight is a whole number from ${least} to ${most}; this one is ${weight}.`,
    );
  return weight;
}
