/** Ids of tokens and devices may begin with a dash, and then look like options. */
const idLike = /^-[A-Za-z0-9_-]{15}(?:[A-Za-z0-9_-]{6})?$/;

/** The arguments of a command line with those behind `--` that look like an id and like no option that there is. */
export function idsLast(args: readonly string[], isOption: (arg: string) => boolean): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const isId = (arg: string) => idLike.test(arg) && !isOption(arg);
  const ids = args.slice(0, end).filter(isId);
  if (ids.length === 0) return [...args];
  return [...args.slice(0, end).filter(arg => !isId(arg)), '--', ...ids, ...args.slice(end + 1)];
}
