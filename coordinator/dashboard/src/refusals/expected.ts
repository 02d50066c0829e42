/** Codes that a federation in good health brings about: devices that were too slow, that went away, or that nobody needs any more; operators who mistype. */
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

/** Whether a few refusals by this code happen in normal operation. */
export function isExpected(code: string): boolean {
  return expected.has(code);
}
