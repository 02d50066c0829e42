/** The address of a coordinator, which may have a path, such as that of a proxy. Undefined for what is no http or https address. */
export function baseOf(url: unknown): URL | undefined {
  if (typeof url !== 'string' && !(url instanceof URL)) return undefined;
  try {
    const { protocol, username, password, origin, pathname } = new URL(url);
    // A secret in an address ends up in logs.
    if (!/^https?:$/.test(protocol) || username || password) return undefined;
    return new URL(origin + pathname);
  } catch {
    return undefined;
  }
}

/** Where `path`, which begins with a slash, lies at a coordinator. */
export function under(base: URL, path: string): URL {
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}
