/** Limits a number to safe integers, since databases have no infinite ones. */
export function bound(number: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER));
}
