import { isLoopbackHost } from './encryption.ts';

/**
 * Returns the URL of a coordinator, possibly with the path of a proxy; undefined for anything but an http or
 * https URL without a password.
 */
export function baseOf(url: unknown): URL | undefined {
  if (typeof url !== 'string' && !(url instanceof URL)) return undefined;
  try {
    const { protocol, username, password, origin, pathname } = new URL(url);
    // A secret in a URL ends up in logs.
    if (!/^https?:$/.test(protocol) || username || password) return undefined;
    return new URL(origin + pathname);
  } catch {
    return undefined;
  }
}

/**
 * Returns true if a device of the coordinator at `base` may use this address: its host or a name below it, on
 * any port, or one of `origins`; by https if the coordinator uses https.
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

/** Returns the URL of `path`, which begins with a slash, at a coordinator. */
export function under(base: URL, path: string): URL {
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}
