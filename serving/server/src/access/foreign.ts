import { isLoopback } from './loopback.ts';

/** Headers that proxies, tunnels and platforms add, beside all that begin with `x-forwarded-`. */
const relays: ReadonlySet<string> = new Set([
  'via',
  'forwarded',
  'forwarded-for',
  'client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-remote-user',
  'remote-user',
  'x-proxyuser-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-url',
  'x-scheme',
  'true-client-ip',
  'cdn-loop',
  'cf-connecting-ip',
  'cf-ray',
  'do-connecting-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'tailscale-user-login',
  'x-amzn-trace-id',
  'x-azure-clientip',
  'x-envoy-external-address',
]);

/**
 * Returns true if a request comes for another party, by the lower-case names of its headers: a proxy passes
 * it on, or a page from another machine sends it. A relay that passes bytes on unchanged, such as a tunnel,
 * can't be told from a program on this machine.
 */
export function isForeign(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name of Object.keys(headers))
    if (relays.has(name) || name.startsWith('x-forwarded-')) return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  const text = String(origin);
  return !URL.canParse(text) || !isLoopback(new URL(text).hostname.replace(/^\[|\]$/g, ''));
}
