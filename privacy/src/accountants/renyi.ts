/**
 * Rényi differential privacy (Mironov 2017): the largest Rényi divergence of each order above 1. Composed
 * mechanisms add theirs up.
 */
export type Renyi = (order: number) => number;

/** Orders over which conversions search for the best: those of Google's dp_accounting. */
export const standardOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  128,
  256,
  512,
  1024,
];

/** Result of a conversion, and its order. */
export interface Converted {
  readonly value: number;
  readonly order: number;
}

/**
 * Smallest ε at δ over all orders (Canonne, Kamath & Steinke 2020, Proposition 12: ε = ρ + ln(1 − 1/α) −
 * ln(δα) / (α − 1)), and 0 if the total variation distance that follows from an order is within δ
 * (Bretagnolle & Huber 1978: √(1 − exp(−ρ))).
 */
export function renyiEpsilon(
  renyi: Renyi,
  delta: number,
  orders: readonly number[] = standardOrders,
): Converted {
  return best(orders, order => {
    const divergence = renyi(order);
    if (delta * delta + Math.expm1(-divergence) >= 0) return 0;
    return Math.max(0, divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1));
  });
}

/** Smallest δ at ε over all orders, by the same conversion. */
export function renyiDelta(
  renyi: Renyi,
  epsilon: number,
  orders: readonly number[] = standardOrders,
): Converted {
  const { value, order } = best(orders, order => {
    const divergence = renyi(order);
    const byTotalVariation = Math.log(-Math.expm1(-divergence)) / 2;
    const converted = (order - 1) * (divergence - epsilon + Math.log1p(-1 / order)) - Math.log(order);
    return Math.min(byTotalVariation, converted);
  });
  return { value: Math.exp(value), order };
}

function best(orders: readonly number[], of: (order: number) => number): Converted {
  let found: Converted = { value: Infinity, order: Number.NaN };
  for (const order of orders) {
    const value = of(order);
    if (value < found.value) found = { value, order };
  }
  return found;
}
