/** A bound as an integer, for databases, whose integers have no infinity. */
export function bound(number: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER));
}
