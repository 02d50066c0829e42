/** Pattern of ids of tokens and devices that look like options because they begin with a dash. */
const idLike = /^-[A-Za-z0-9_-]{15}(?:[A-Za-z0-9_-]{6})?$/;

/**
 * Returns the arguments of a command line with those that look like an id, and are no existing option, moved
 * behind `--`.
 */
export function idsLast(args: readonly string[], isOption: (arg: string) => boolean): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const isId = (arg: string) => idLike.test(arg) && !isOption(arg);
  const ids = args.slice(0, end).filter(isId);
  if (ids.length === 0) return [...args];
  return [...args.slice(0, end).filter(arg => !isId(arg)), '--', ...ids, ...args.slice(end + 1)];
}
