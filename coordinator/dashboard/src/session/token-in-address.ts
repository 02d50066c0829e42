/**
 * Operator token in an address, `#token=…`, such as the one that the coordinator prints at its start. Removes
 * it from the address.
 */
export function takeToken(location: Location, history: History): string | null {
  const [, token] = /^#token=([\w-]{1,256})$/.exec(location.hash) ?? [];
  if (!token) return null;
  history.replaceState(null, '', `${location.pathname}${location.search}#/now`);
  return token;
}
