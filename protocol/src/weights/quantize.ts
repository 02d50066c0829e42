import { MurmurationError } from '../errors/errors.ts';
import type { Plan, PlanNoise } from '../messages/plan.ts';
import type { RandomBytes } from '../random/random-bytes.ts';
import { centre, widthFor } from '../secagg/ring.ts';
import { rotate, rotateBack } from './rotate.ts';
import { rounding } from './rounding.ts';

/** What fixes the integers that stand for an update; part of every plan. */
export interface QuantizationSettings {
  /** Longest L2 norm of an update; longer ones are scaled down to it. */
  readonly clip: number;
  /** Bits of one quantised value, 2 to 24. */
  readonly bits: number;
  /** Largest weight of one update. */
  readonly weightCap: number;
  /** The smallest; 1 where it is left out. */
  readonly leastWeight?: number | undefined;
  /** Largest number of updates in one sum. */
  readonly largestCohort: number;
  /** Whether updates bring what devices say of a version; false where it is left out. */
  readonly verdicts?: boolean | undefined;
  /** Longest L2 norm of the change of a control variate, where updates bring such; left out where they do not. */
  readonly control?: number | undefined;
  /** Whether updates say if their delta was within the clip; false where it is left out. */
  readonly within?: boolean | undefined;
  /** The power of a loss that a weight of 1 stands for, where updates bring what their sum is divided by (SPEC.md, RD20); left out where they do not. */
  readonly unit?: number | undefined;
  /** Noise that devices add; none where it is left out. */
  readonly noise?: Pick<PlanNoise, 'variance' | 'width'> | undefined;
}

/** What a plan fixes. Verdicts travel under masks alone, where only their sum can be read. */
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
    // Devices that were given no least weight are of a round that began before there was one.
    unit: leastWeight && training.fairness?.unit,
    noise: privacy?.noise,
  };
}

/** What a device found out about a version on examples of its own: `refused` where the one before does better, and goes on serving. */
export type Verdict = 'kept' | 'refused';

/** How many devices said what of a version. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** How a vector of one length becomes ring elements: the same on every device and on the coordinator. */
export interface Quantization {
  /**
   * Elements on the wire: the rotated values, kept and refused where verdicts travel, what divides the sum where that does, whether the delta was
   * within the clip where that does, then the weight.
   */
  readonly elements: number;
  /** The rotated values among them: those of the model, then, where control variates travel, as many of their change. */
  readonly values: number;
  /** Where each of the others is; undefined where it does not travel. */
  readonly places: {
    /** Kept; refused is behind it. */
    readonly verdicts: number | undefined;
    readonly divisor: number | undefined;
    readonly within: number | undefined;
  };
  /** Parts of these that are rotated by themselves: 1, or 2 where control variates travel. */
  readonly parts: 1 | 2;
  /** One unit of a quantised value. */
  readonly step: number;
  /** Largest magnitude of a quantised value, 2^(bits − 1) − 1. */
  readonly largest: number;
  /** Signed bits that hold any element of one update. */
  readonly contributionBits: number;
  /** Width of the ring in which no sum of `largestCohort` updates can wrap, with their noise as good as none. */
  readonly width: number;
}

/**
 * Coordinates of a rotated vector of norm c and length n are close to normal with deviation c/√n (Suresh et al. 2017,
 * §4): the range is six deviations, so that a value is cut off about once in 5 × 10⁸. Where all energy lies at one end of a
 * length just below a power of two, the deviation is c/√n · √2 and the odds are 1 in 45,000.
 */
const deviations = 6;

/** Throws `config.ring`, naming the largest weight cap that would fit, where the sum needs more than 32 bits. */
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
    step: Math.min(clip, (deviations * clip) / Math.sqrt(count)) / largest,
    largest,
    contributionBits: Math.log2(bound(weightCap)) + 1,
    width: Math.max(widthFor(bound(weightCap) * largestCohort), settings.noise?.width ?? 0),
  };
}

/**
 * Ring elements of one update: rotates, rounds each value up or down at random so that its expectation is kept,
 * multiplies by the weight, and appends verdict, `isWithin` (whether the delta was not clipped) and weight. A `verdict` is left out where the device has none, and where none travel.
 * Each part of `delta` has a norm of at most `clip`; it is left rotated.
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

/** What becomes ring elements, as for `quantize`; `divisor` is what devices that weigh by their losses have the sum divided by. */
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

/** Elements of a piece: a multiple of 8, whose bits are whole bytes, and of those whose bytes are drawn at a time. */
const packedAtOnce = 16_384;

/**
 * What `quantize` gives, a piece after the other, all in one memory: a piece is used up when the next one is asked for. All but the last have
 * `length` elements.
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

/** The parts of a vector, each with the seed of its rotation. */
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

/** The seed by which the changes of control variates are rotated in a round. */
export const controlSeed = (seed: string): string => `${seed} control`;

/** What float32 adds to the length of an update that is clipped and rotated, as a share of it; 4 · 10⁻⁶ was the most in a million values. */
const floatError = 1e-4;

/**
 * The longest L2 norm of what one update of weight 1 adds to a sum, whatever its rounding: each value is less than a step away from that
 * of an update within the clip. The sensitivity of the sum (zero-out adjacency).
 */
export function longestContribution(clip: number, { step, values }: Quantization): number {
  return longestRotated(clip) + step * Math.sqrt(values);
}

/** The longest L2 norm of an update that was clipped and rotated, before it is rounded. */
export const longestRotated = (clip: number): number => clip * (1 + floatError);

/** The mean that a sum of ring elements stands for, and its weight. */
export interface Mean {
  readonly delta: Float32Array;
  readonly weight: number;
  /** The mean change of the devices' control variates, where updates bring it. */
  readonly control?: Float32Array;
  /**
   * The mean power of the devices' losses, within the bounds of weights, where they weigh by it. `delta` is Σ weight · delta over the sum of what
   * they have it divided by then (SPEC.md, RD20).
   */
  readonly scale?: number;
  /** The share of the updates whose delta was within the clip, and that clip, where updates say so; with noise it may be beyond 0 to 1. */
  readonly within?: { readonly share: number; readonly clip: number };
}

/**
 * The weighted mean of the updates in `sum` (centred elements, the weight last), rotated back. `noise`, in the unit of deltas, is added to
 * their sum before anything is divided, and the sum with it rounded to whole ring elements again, so that no rounding of floating-point numbers
 * tells of the sum; it is left rotated, and has one number more, for the count, where updates say if they were within the clip. Throws `update.impossible` where `contributors` updates can't have led to the sum.
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
  for (let from = 0; from < values; from += pieceLength)
    divide(sum, mean, from, Math.min(from + pieceLength, values), { step, weight, bound });
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

/** Values that one call of a loop goes over: engines make a function fast that is called often, and not one that is called once for a million values. */
const pieceLength = 4_096;

/** The mean of the values of `sum` from one up to another. Throws `update.impossible` for one beyond `bound`. */
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

/** Adds the squares of the values from one up to another to `sum`, one after the other. */
function addSquares(sum: number, values: Float32Array, from: number, to: number): number {
  let squares = sum;
  for (let i = from; i < to; i++) squares += values[i]! * values[i]!;
  return squares;
}

/** What the updates say of the clip, with the noise of their number; nothing where they say nothing. Throws `update.impossible`. */
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

/** The total weight over the sum of what divides, where that travels. Throws `update.impossible`. */
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
 * What the devices in `sum` (modulo 2^width) say of the version that their plan names; undefined where verdicts do not travel. Throws
 * `update.impossible` where `contributors` updates can't have led to it.
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

/** What the length of a mean may have beyond the clip for the sake of float32, and of devices that measure it otherwise. */
const tolerance = 1.05;
/** Standard deviations beyond which rounding is not taken for chance: exp(−8² / 2) < 2⁻⁴⁰. */
const rareRounding = 8;
/** The same of noise by devices, whose tails are heavier than those of a normal distribution. */
const rareNoise = 16;

/**
 * The mean of updates within the clip is within it as well, but for rounding: of expected length √n · step / 2 where one device has all
 * the weight, and √(weightCap / weight) of that at most, since Σ w² ≤ weightCap · Σ w; longer than that by 8 steps in less than
 * one round in 2⁴⁰ (Boucheron, Lugosi and Massart 2013, Theorem 6.10). So one device that lies under its mask moves the mean by twice the
 * clip and no more, or by as much as noise by devices hides.
 */
function requireWithinClip(
  mean: Float32Array,
  contributors: number,
  weight: number,
  { clip, weightCap, noise }: QuantizationSettings,
  step: number,
): void {
  let squares = 0;
  for (let from = 0; from < mean.length; from += pieceLength)
    squares = addSquares(squares, mean, from, Math.min(from + pieceLength, mean.length));
  const norm = Math.sqrt(squares);
  const rounding = step * Math.sqrt(weightCap / weight) * (Math.sqrt(mean.length) / 2 + rareRounding);
  const deviation = (step * Math.sqrt(contributors * (noise?.variance ?? 0))) / weight;
  const longest = clip * tolerance + rounding + deviation * (Math.sqrt(mean.length) + rareNoise);
  if (norm > longest)
    throw new MurmurationError(
      'update.impossible',
      `The mean has the length ${norm}, and updates clipped to ${clip} have none beyond ${longest}.`,
    );
}
