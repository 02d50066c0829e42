/** Commands of earlier versions, and those that do the same now. */
export const movedCommands: Readonly<Record<string, string>> = {
  // Up to 0.3.
  'devices tokens': 'tokens --kind enrolment',
  'devices tokens list': 'tokens --kind enrolment',
  'devices tokens create': 'tokens create --kind enrolment',
  'devices tokens revoke': 'tokens revoke --kind enrolment',
  'inference-token': 'tokens create --kind inference --for-config',
  'inference-tokens': 'tokens --kind inference',
  'inference-tokens list': 'tokens --kind inference',
  'inference-tokens create': 'tokens create --kind inference',
  'inference-tokens revoke': 'tokens revoke --kind inference',
  log: 'request-log',
  'log show': 'request-log show',
  'log tail': 'request-log show --follow',
  'log verify': 'request-log verify',
  'log forget': 'request-log forget',
  runs: 'training',
  'runs list': 'training show',
  'runs show': 'training show',
  'runs start': 'training start',
  'runs stop': 'training stop',
};

/** Sentence that names what takes the place of a command; undefined if the command has not moved. */
export function whereMoved(args: readonly string[]): string | undefined {
  for (let words = 3; words > 0; words--) {
    const name = args.slice(0, words).join(' ');
    if (Object.hasOwn(movedCommands, name))
      return `"murmuration ${name}" is now "murmuration ${movedCommands[name]}".`;
  }
  return undefined;
}
