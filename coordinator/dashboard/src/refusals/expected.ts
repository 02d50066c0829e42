/**
 * Codes of normal operation: devices that were too slow, went away, or are no longer needed; operators who
 * mistype.
 */
const expected: ReadonlySet<string> = new Set([
  'round.closed',
  'round.unknown',
  'assignment.left',
  'assignment.unknown',
  'device.replaced',
  'device.unknown',
  'operator.unauthenticated',
  'request.too-slow',
  'server.stopping',
  'stopped',
  'busy',
  'declined',
]);

/** True if a few refusals with this code are normal. */
export function isExpected(code: string): boolean {
  return expected.has(code);
}
