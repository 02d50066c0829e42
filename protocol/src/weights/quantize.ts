import { MurmurationError } from '../errors/errors.ts';
import type { Plan, PlanNoise } from '../messages/plan.ts';
import type { RandomBytes } from '../random/random-bytes.ts';
import { centre, widthFor } from '../secagg/ring.ts';
import { rotate, rotateBack } from './rotate.ts';
import { rounding } from './rounding.ts';

/** Settings that fix the integers of an update; part of every plan. */
export interface QuantizationSettings {
  /** Longest L2 norm of an update; longer ones are scaled down to it. */
  readonly clip: number;
  /** Bits of one quantised value, 2 to 24. */
  readonly bits: number;
  /** Largest weight of one update. */
  readonly weightCap: number;
  /** Smallest weight of one update; 1 if left out. */
  readonly leastWeight?: number | undefined;
  /** Largest number of updates in one sum. */
  readonly largestCohort: number;
  /** True if updates carry devices' verdicts about a version; false if left out. */
  readonly verdicts?: boolean | undefined;
  /** Longest L2 norm of the change of a control variate; left out if updates carry none. */
  readonly control?: number | undefined;
  /** True if updates say if their delta was within the clip; false if left out. */
  readonly within?: boolean | undefined;
  /**
   * Power of a loss that a weight of 1 stands for, if updates carry what their sum is divided by (SPEC.md,
   * RD20); left out otherwise.
   */
  readonly unit?: number | undefined;
  /** Noise that devices add; none if left out. */
  readonly noise?: Pick<PlanNoise, 'variance' | 'width'> | undefined;
}

/** Settings of a plan. Verdicts are sent only under masks, where only their sum can be read. */
export function quantizationOf({
  training,
  update,
  largestCohort,
  masking,
  judged,
  privacy,
  control,
}: Pick<
  Plan,
  'training' | 'update' | 'largestCohort' | 'masking' | 'judged' | 'privacy' | 'control'
>): QuantizationSettings {
  const { clip, bits, weightCap, leastWeight, within } = update;
  const verdicts = masking !== null && judged !== undefined;
  return {
    clip,
    bits,
    weightCap,
    leastWeight,
    largestCohort,
    verdicts,
    within,
    control: control?.clip,
    // Devices without a least weight are of a round that began before there was one.
    unit: leastWeight && training.fairness?.unit,
    noise: privacy?.noise,
  };
}

/**
 * Result of a device's test of a version on its own examples: `refused` if the previous version does better
 * and continues to serve.
 */
export type Verdict = 'kept' | 'refused';

/** Number of devices for each verdict about a version. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** Encoding of a vector of one length as ring elements: the same on every device and on the coordinator. */
export interface Quantization {
  /**
   * Elements on the wire: the rotated values; then, if present, kept and refused verdicts, the divisor of the
   * sum, and the flag for a delta within the clip; then the weight.
   */
  readonly elements: number;
  /**
   * Number of rotated values: those of the model, then, if control variates are sent, as many of their
   * change.
   */
  readonly values: number;
  /** Index of each of the other elements; undefined if it is not sent. */
  readonly places: {
    /** Index of kept; refused follows it. */
    readonly verdicts: number | undefined;
    readonly divisor: number | undefined;
    readonly within: number | undefined;
  };
  /** Parts that are rotated separately: 1, or 2 if control variates are sent. */
  readonly parts: 1 | 2;
  /** Value of one unit of a quantised value. */
  readonly step: number;
  /** Largest magnitude of a quantised value, 2^(bits − 1) − 1. */
  readonly largest: number;
  /** Signed bits that hold any element of one update. */
  readonly contributionBits: number;
  /**
   * Width of the ring in which no sum of `largestCohort` updates can wrap; with their noise, almost none can.
   */
  readonly width: number;
}

/**
 * Range of a coordinate in standard deviations. Coordinates of a rotated vector of norm c and length n are
 * close to normal with deviation c/√n (Suresh et al. 2017, §4), so a value is cut off about once in 5 × 10⁸.
 * If all energy lies at one end of a length just below a power of two, the deviation is c/√n · √2 and the
 * odds are 1 in 45,000.
 */
const rangeDeviations = 6;

/** Throws `config.ring`, naming the largest weight cap that would fit, if the sum needs more than 32 bits. */
export function quantizationFor(count: number, settings: QuantizationSettings): Quantization {
  const { clip, bits, weightCap, largestCohort } = settings;
  const largest = 2 ** (bits - 1) - 1;
  const bound = (cap: number) => 2 ** Math.ceil(Math.log2(largest * cap + 1));
  if (2 * bound(weightCap) * largestCohort + 1 > 2 ** 32) {
    let cap = weightCap;
    while (cap > 0 && 2 * bound(cap) * largestCohort + 1 > 2 ** 32) cap--;
    const advice = cap > 0 ? `the largest weight cap that fits is ${cap}` : 'use fewer bits';
    throw new MurmurationError(
      'config.ring',
      `${largestCohort} updates of ${bits} bits with weights up to ${weightCap} do not fit a ring of 32 bits: ${advice}.`,
    );
  }
  const parts = settings.control === undefined ? 1 : 2;
  let next = parts * count;
  const take = (travels: boolean | undefined, elements: number): number | undefined => {
    if (!travels) return undefined;
    next += elements;
    return next - elements;
  };
  const places = {
    verdicts: take(settings.verdicts, 2),
    divisor: take(settings.unit !== undefined, 1),
    within: take(settings.within, 1),
  };
  return {
    elements: next + 1,
    values: parts * count,
    places,
    parts,
    step: Math.min(clip, (rangeDeviations * clip) / Math.sqrt(count)) / largest,
    largest,
    contributionBits: Math.log2(bound(weightCap)) + 1,
    width: Math.max(widthFor(bound(weightCap) * largestCohort), settings.noise?.width ?? 0),
  };
}

/**
 * Encodes one update as ring elements: rotates, rounds each value up or down at random so that its
 * expectation is kept, multiplies by the weight, and appends verdict, `isWithin` (true if the delta was not
 * clipped) and weight. `verdict` is left out if the device has none, and if none are sent. Each part of
 * `delta` has a norm of at most `clip`; it is left rotated.
 */
export function quantize(
  delta: Float32Array,
  weight: number,
  quantization: Quantization,
  seed: string,
  random: RandomBytes,
  verdict?: Verdict,
  isWithin = false,
): Int32Array {
  const update = { delta, weight, quantization, seed, random, verdict, isWithin };
  const [ring] = quantizedPieces(update, quantization.elements);
  return ring!;
}

/** Arguments of `quantize`; `divisor` is what devices that weigh by their losses have the sum divided by. */
export interface Unquantized {
  readonly delta: Float32Array;
  readonly weight: number;
  readonly quantization: Quantization;
  readonly seed: string;
  readonly random: RandomBytes;
  readonly verdict?: Verdict | undefined;
  readonly isWithin?: boolean;
  readonly divisor?: number | undefined;
}

/** Elements of a piece: a multiple of 8, whose bits are whole bytes. */
const packedAtOnce = 16_384;

/**
 * Yields the result of `quantize` in pieces that share one memory: a piece is invalid once the next one is
 * requested. All except the last have `length` elements.
 */
export function* quantizedPieces(
  { delta, weight, quantization, seed, random, verdict, isWithin, divisor = 0 }: Unquantized,
  length: number = packedAtOnce,
): Generator<Int32Array> {
  const { step, largest, elements, values, places } = quantization;
  for (const [part, seedOfPart] of partsOf(delta, quantization, seed)) rotate(part, seedOfPart);
  const behind = new Int32Array(elements - values);
  if (verdict && places.verdicts !== undefined)
    behind[places.verdicts - values + (verdict === 'kept' ? 0 : 1)] = 1;
  if (places.divisor !== undefined) behind[places.divisor - values] = divisor;
  if (isWithin && places.within !== undefined) behind[places.within - values] = 1;
  behind[behind.length - 1] = weight;
  const memory = new Int32Array(Math.min(length, elements));
  const round = rounding();
  for (let from = 0; from < elements; from += length) {
    const piece = memory.subarray(0, Math.min(length, elements - from));
    const there = delta.subarray(from, Math.min(from + piece.length, values));
    round({ values: there, step, largest, weight, random }, piece);
    if (there.length < piece.length)
      piece.set(behind.subarray(Math.max(0, from - values), from + piece.length - values), there.length);
    yield piece;
  }
}

/** Parts of a vector, each with the seed of its rotation. */
function partsOf(
  vector: Float32Array,
  { parts }: Quantization,
  seed: string,
): (readonly [part: Float32Array, seed: string])[] {
  if (parts === 1) return [[vector, seed]];
  const count = vector.length / 2;
  return [
    [vector.subarray(0, count), seed],
    [vector.subarray(count), controlSeed(seed)],
  ];
}

/** Seed of the rotation of control variates' changes in a round. */
export const controlSeed = (seed: string): string => `${seed} control`;

/**
 * Relative error that float32 adds to the length of a clipped and rotated update; the largest for a million
 * values was 4 · 10⁻⁶.
 */
const floatError = 1e-4;

/**
 * Longest L2 norm of what one update of weight 1 adds to a sum, whatever its rounding: each value is less
 * than a step away from that of an update within the clip. It is the sensitivity of the sum (zero-out
 * adjacency).
 */
export function longestContribution(clip: number, { step, values }: Quantization): number {
  return longestRotated(clip) + step * Math.sqrt(values);
}

/** Longest L2 norm of an update that was clipped and rotated, before it is rounded. */
export const longestRotated = (clip: number): number => clip * (1 + floatError);

/** Mean of a sum of ring elements, and its weight. */
export interface Mean {
  readonly delta: Float32Array;
  readonly weight: number;
  /** Mean change of the devices' control variates, if updates carry it. */
  readonly control?: Float32Array;
  /**
   * Mean power of the devices' losses, within the bounds of weights, if they weigh by it. `delta` is then Σ
   * weight · delta over the sum of their divisors (SPEC.md, RD20).
   */
  readonly scale?: number;
  /**
   * Share of the updates whose delta was within the clip, and that clip, if updates say so; noise may move it
   * beyond 0 to 1.
   */
  readonly within?: { readonly share: number; readonly clip: number };
}

/**
 * Weighted mean of the updates in `sum` (centred elements, the weight last), rotated back. `noise`, in the
 * unit of deltas, is added to their sum before the division, and the result rounded to whole ring elements
 * again, so that no rounding of floating-point numbers reveals the sum; it is left rotated, and has one more
 * number, for the count, if updates say if they were within the clip. Throws `update.impossible` if
 * `contributors` updates can't have that sum.
 */
export function meanOfSum(
  sum: Int32Array,
  contributors: number,
  settings: QuantizationSettings,
  quantization: Quantization,
  seed: string,
  noise?: Float32Array,
): Mean {
  const { elements, values, step, largest } = quantization;
  const weight = sum[elements - 1]!;
  const { weightCap, leastWeight = 1, unit = 0 } = settings;
  if (contributors < 1 || weight < contributors * leastWeight || weight > contributors * weightCap)
    throw new MurmurationError('update.impossible', `${contributors} updates can't weigh ${weight} in all.`);
  const mean = new Float32Array(values);
  const bound = settings.noise === undefined ? weight * largest : Number.POSITIVE_INFINITY;
  for (let from = 0; from < values; from += valuesPerCall)
    divide(sum, mean, from, Math.min(from + valuesPerCall, values), { step, weight, bound });
  const parts = partsOf(mean, quantization, seed);
  for (const [part] of parts) requireWithinClip(part, contributors, weight, settings, step);
  if (noise) {
    rotate(noise.subarray(0, values), seed);
    for (let i = 0; i < mean.length; i++) mean[i] = (Math.round(sum[i]! + noise[i]! / step) * step) / weight;
  }
  for (const [part, seedOfPart] of parts) rotateBack(part, seedOfPart);
  const within = withinOfSum(sum, contributors, settings, quantization, noise?.[values]);
  const share = shareOfSum(sum, contributors, settings, quantization);
  if (share !== undefined) for (let i = 0; i < mean.length / parts.length; i++) mean[i] = mean[i]! * share;
  const scale = share !== undefined && { scale: (unit * weight) / contributors };
  if (settings.control === undefined) return { delta: mean, weight, ...scale, ...within };
  const inUnits = settings.control / settings.clip;
  const count = values / 2;
  return {
    delta: mean.slice(0, count),
    weight,
    control: mean.subarray(count).map(value => value * inUnits),
    ...scale,
    ...within,
  };
}

/**
 * Values for one call of a loop: engines optimise a function that is called often, not one that is called
 * once for a million values.
 */
const valuesPerCall = 4_096;

/**
 * Mean of the values of `sum` from `from` to before `to`. Throws `update.impossible` for one beyond `bound`.
 */
function divide(
  sum: Int32Array,
  mean: Float32Array,
  from: number,
  to: number,
  { step, weight, bound }: { readonly step: number; readonly weight: number; readonly bound: number },
): void {
  for (let i = from; i < to; i++) {
    const value = sum[i]!;
    if (value > bound || value < -bound)
      throw new MurmurationError(
        'update.impossible',
        `Value ${i} of the sum is beyond what a weight of ${weight} can reach.`,
      );
    mean[i] = (value * step) / weight;
  }
}

/** Adds the squares of the values from `from` to before `to` to `sum`, in order. */
function addSquares(sum: number, values: Float32Array, from: number, to: number): number {
  let squares = sum;
  for (let i = from; i < to; i++) squares += values[i]! * values[i]!;
  return squares;
}

/**
 * Share of the updates within the clip, with the noise of their number; empty if they do not say. Throws
 * `update.impossible`.
 */
function withinOfSum(
  sum: Int32Array,
  contributors: number,
  { clip }: QuantizationSettings,
  quantization: Quantization,
  noise = 0,
): Pick<Mean, 'within'> {
  const place = quantization.places.within;
  if (place === undefined) return {};
  const count = sum[place]!;
  if (count < 0 || count > contributors)
    throw new MurmurationError(
      'update.impossible',
      `${contributors} updates can't say ${count} times that they were within the clip.`,
    );
  return { within: { share: Math.round(count + noise) / contributors, clip } };
}

/** Total weight over the sum of the divisors, if those are sent. Throws `update.impossible`. */
function shareOfSum(
  sum: Int32Array,
  contributors: number,
  { weightCap }: QuantizationSettings,
  { elements, largest, places }: Quantization,
): number | undefined {
  if (places.divisor === undefined) return undefined;
  const [divisor, weight] = [sum[places.divisor]!, sum[elements - 1]!];
  if (divisor < weight || divisor > contributors * largest * weightCap)
    throw new MurmurationError(
      'update.impossible',
      `${contributors} updates that weigh ${weight} can't have their sum divided by ${divisor}.`,
    );
  return weight / divisor;
}

/**
 * Verdicts of the devices in `sum` (modulo 2^width) about the version that their plan names; undefined if
 * verdicts are not sent. Throws `update.impossible` if `contributors` updates can't have that sum.
 */
export function verdictsOfSum(
  sum: Int32Array,
  contributors: number,
  quantization: Quantization,
): VerdictCounts | undefined {
  const { places, width } = quantization;
  const { verdicts } = places;
  if (verdicts === undefined) return undefined;
  const [kept, refused] = centre(sum.slice(verdicts, verdicts + 2), width) as unknown as [number, number];
  if (kept < 0 || refused < 0 || kept + refused > contributors)
    throw new MurmurationError(
      'update.impossible',
      `${contributors} devices can't say of a version ${kept} times that they keep it, and ${refused} times that they do not.`,
    );
  return { kept, refused };
}

/**
 * Factor by which the length of a mean may exceed the clip, for float32 errors and devices that measure it
 * differently.
 */
const lengthTolerance = 1.05;
/** Standard deviations beyond which rounding is not taken for chance: exp(−8² / 2) < 2⁻⁴⁰. */
const rareRounding = 8;
/** Standard deviations for devices' noise, whose tails are heavier than those of a normal distribution. */
const rareNoise = 16;

/**
 * Throws `update.impossible` if the mean is longer than updates within the clip allow. Their mean is within
 * the clip too, except for rounding: of expected length √n · step / 2 if one device has all the weight, and
 * at most √(weightCap / weight) of that, since Σ w² ≤ weightCap · Σ w; longer than that by 8 steps in less
 * than one round in 2⁴⁰ (Boucheron, Lugosi and Massart 2013, Theorem 6.10). So one device that lies under its
 * mask moves the mean by at most twice the clip, or by as much as noise by devices hides.
 */
function requireWithinClip(
  mean: Float32Array,
  contributors: number,
  weight: number,
  { clip, weightCap, noise }: QuantizationSettings,
  step: number,
): void {
  let squares = 0;
  for (let from = 0; from < mean.length; from += valuesPerCall)
    squares = addSquares(squares, mean, from, Math.min(from + valuesPerCall, mean.length));
  const norm = Math.sqrt(squares);
  const rounding = step * Math.sqrt(weightCap / weight) * (Math.sqrt(mean.length) / 2 + rareRounding);
  const deviation = (step * Math.sqrt(contributors * (noise?.variance ?? 0))) / weight;
  const longest = clip * lengthTolerance + rounding + deviation * (Math.sqrt(mean.length) + rareNoise);
  if (norm > longest)
    throw new MurmurationError(
      'update.impossible',
      `The mean has the length ${norm}, and updates clipped to ${clip} have none beyond ${longest}.`,
    );
}
