import { isLoopbackHost } from './encryption.ts';

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

/**
 * Whether a device of the coordinator at `base` goes to this address as well: one at its host or at a name below that, on any port, or of one of
 * `origins`; by https where the coordinator is reached by https.
 */
export function isTrusted(address: URL, base: URL, origins: readonly string[] = []): boolean {
  const { protocol, hostname, origin } = address;
  const isNear =
    hostname === base.hostname ||
    hostname.endsWith(`.${base.hostname}`) ||
    (isLoopbackHost(base.hostname) && isLoopbackHost(hostname));
  const isSafe = protocol === 'https:' || (protocol === 'http:' && base.protocol === 'http:');
  return isSafe && (isNear || origins.includes(origin));
}

/** Where `path`, which begins with a slash, lies at a coordinator. */
export function under(base: URL, path: string): URL {
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}
