import { MurmurationError } from '../errors/errors.ts';
import type { UniformInteger } from './uniform.ts';

/**
 * Modulus of Shamir's secret sharing (Communications of the ACM 22(11), 1979): 2³¹ + 11, the prime of
 * Google's federated-compute. It is large enough for a share to each of two thousand million devices, and
 * small enough for products in doubles. A secret is cut into limbs of 31 bits from its end on, each shared by
 * a polynomial of its own.
 */
const shamirPrime = 2_147_483_659;
/** Factor slightly above 1 / prime, by more than three roundings can subtract. */
const inverse = (1 / shamirPrime) * (1 + 2 ** -51);
const limbBits = 31;
const limbRange = 2 ** limbBits;
const limbBytes = 4;

const limbCount = (secretBytes: number): number => Math.ceil((8 * secretBytes) / limbBits);

/** Bytes of a share of a secret of `secretBytes` bytes: 36 for 32. */
export const shareBytes = (secretBytes: number): number => limbCount(secretBytes) * limbBytes;

/**
 * Shares `secret` at the given points; any `threshold` shares recover it, and fewer reveal nothing of it.
 *
 * @param points distinct integers of [1, prime)
 * @param random uniformly random; its output must stay as secret as the secret
 */
export function shareSecret(
  secret: Uint8Array,
  threshold: number,
  points: readonly number[],
  random: UniformInteger,
): Uint8Array[] {
  const limbs = limbsOf(secret);
  const count = limbs.length;
  // Coefficients of one power are adjacent, in the order in which they are read.
  const coefficients = new Float64Array(threshold * count);
  limbs.forEach((value, limb) => {
    coefficients[limb] = value;
    for (let power = 1; power < threshold; power++) coefficients[power * count + limb] = random(shamirPrime);
  });
  const values = new Float64Array(count);
  return points.map(point => {
    values.fill(0);
    // Each product of a polynomial waits for the one before it, so all polynomials are evaluated side by
    // side.
    for (let power = threshold - 1; power >= 0; power--) {
      for (let limb = 0; limb < count; limb++)
        values[limb] = addModulo(multiplyModulo(values[limb]!, point), coefficients[power * count + limb]!);
    }
    const share = new DataView(new ArrayBuffer(count * limbBytes));
    for (let limb = 0; limb < count; limb++) share.setUint32(limb * limbBytes, values[limb]!);
    return new Uint8Array(share.buffer);
  });
}

/**
 * Recovers secrets of `secretBytes` bytes from their shares at `points`, in the same order. Computes the
 * coefficients once, for all secrets that the same devices hold shares of.
 *
 * Returns undefined if the shares are of no such secret; with wrong shares the result is more often some
 * other secret, so the caller needs something to compare it with.
 */
export function secretRecovery(
  points: readonly number[],
  secretBytes: number,
): (shares: readonly Uint8Array[]) => Uint8Array | undefined {
  const weights = lagrangeAtZero(points);
  const limbs = limbCount(secretBytes);
  return shares => {
    const secret = new Float64Array(limbs);
    shares.forEach((share, i) => {
      const view = new DataView(share.buffer, share.byteOffset, share.byteLength);
      for (let limb = 0; limb < limbs; limb++) {
        // Below 2³², so at most once the prime too large.
        const value = addModulo(view.getUint32(limb * limbBytes), 0);
        secret[limb] = addModulo(secret[limb]!, multiplyModulo(value, weights[i]!));
      }
    });
    return secretOf(secret, secretBytes);
  };
}

/** Factor of each point's share in the polynomial's value at zero. */
function lagrangeAtZero(points: readonly number[]): Float64Array {
  if (new Set(points).size !== points.length)
    throw new MurmurationError('secagg.share', 'Two shares are of one device.');
  // Each weight is the product of all points, divided by its own point and by its distances to the others.
  const divisors = Float64Array.from(points, (point, i) => {
    let divisor = point;
    for (let j = 0; j < points.length; j++) {
      const distance = points[j]! - point;
      if (i !== j) divisor = multiplyModulo(divisor, distance < 0 ? distance + shamirPrime : distance);
    }
    return divisor;
  });
  // One inverse for all divisors (Montgomery): inverts their product, then removes the divisors again one by
  // one.
  const before = new Float64Array(points.length);
  let product = 1;
  divisors.forEach((divisor, i) => {
    before[i] = product;
    product = multiplyModulo(product, divisor);
  });
  let rest = power(product, shamirPrime - 2); // Fermat
  const all = points.reduce(multiplyModulo, 1);
  const weights = new Float64Array(points.length);
  for (let i = points.length - 1; i >= 0; i--) {
    weights[i] = multiplyModulo(all, multiplyModulo(rest, before[i]!));
    rest = multiplyModulo(rest, divisors[i]!);
  }
  return weights;
}

/** Limbs of a secret (big-endian), the highest first. */
function limbsOf(secret: Uint8Array): number[] {
  const limbs: number[] = [];
  let held = 0;
  let bits = 0;
  for (let at = secret.length - 1; at >= 0; at--) {
    held += secret[at]! * 2 ** bits;
    bits += 8;
    if (bits >= limbBits) {
      limbs.push(held % limbRange);
      held = Math.floor(held / limbRange);
      bits -= limbBits;
    }
  }
  if (bits > 0) limbs.push(held);
  return limbs.reverse();
}

/** Secret of these limbs; undefined if they exceed its length. */
function secretOf(limbs: Float64Array, secretBytes: number): Uint8Array | undefined {
  const secret = new Uint8Array(secretBytes);
  let at = secretBytes;
  let held = 0;
  let bits = 0;
  for (const limb of limbs.toReversed()) {
    if (limb >= limbRange) return undefined;
    held += limb * 2 ** bits;
    bits += limbBits;
    for (; bits >= 8 && at > 0; bits -= 8) {
      secret[--at] = held % 256;
      held = Math.floor(held / 256);
    }
  }
  return held === 0 ? secret : undefined;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent, square = base; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyModulo(result, square);
    square = multiplyModulo(square, square);
  }
  return result;
}

function addModulo(a: number, b: number): number {
  const sum = a + b;
  return sum >= shamirPrime ? sum - shamirPrime : sum;
}

/**
 * Computes a × b modulo the prime, for a and b below it. The quotient in doubles is never too small, since
 * its factor `inverse` is large enough for all that rounding can subtract; if it is one too large, the low 32
 * bits of the remainder are those of a small negative number.
 */
function multiplyModulo(a: number, b: number): number {
  const quotient = Math.floor(a * b * inverse);
  const remainder = (Math.imul(a, b) - Math.imul(quotient, shamirPrime)) >>> 0;
  return remainder < shamirPrime ? remainder : remainder - 2 ** 32 + shamirPrime;
}
