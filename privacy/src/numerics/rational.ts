/** Fraction of integers; the denominator is above 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Exact fraction of a finite number. */
export function rationalOf(value: number): Rational {
  let denominator = 1n;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(scaled), denominator };
}

/** exp(−x) × 2^bits of x ≥ 0, rounded down, within 1. */
export function expOfMinus({ numerator, denominator }: Rational, bits: number): bigint {
  // exp(−x) = exp(−x / 2^s)^(2^s): each squaring doubles the error.
  let halvings = 8;
  while (numerator >> BigInt(halvings - 8) >= denominator) halvings++;
  const guard = halvings + 16;
  const one = 1n << BigInt(bits + guard);
  const x = (numerator * one) / (denominator << BigInt(halvings));
  let [sum, term] = [0n, one];
  for (let k = 1n; term !== 0n; k++) {
    sum += k % 2n === 1n ? term : -term;
    term = (term * x) / (one * k);
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) / one;
  return sum >> BigInt(guard);
}
