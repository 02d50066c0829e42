import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import proxyAddr from '@fastify/proxy-addr';
import { countedAddress } from '@murmuration/serving/limits/address';

/** Tests if an address is that of a proxy trusted to report the device's address. */
export type TrustedProxies = ReturnType<typeof proxyAddr.compile>;

/**
 * Compiles addresses and ranges. Throws `TypeError` for strings that are neither an address nor a range such
 * as `10.0.0.0/8`.
 */
export function trustProxies(ranges: readonly string[]): TrustedProxies {
  return proxyAddr.compile([...ranges]);
}

/** True if the client speaks TLS, with this process or with a trusted proxy. */
export function isSecure(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusted: TrustedProxies,
): boolean {
  if ((socket as Partial<TLSSocket>).encrypted) return true;
  return trusted(socket.remoteAddress ?? '', 0) && headers['x-forwarded-proto'] === 'https';
}

/**
 * Returns the address of a request's client, as trusted proxies report it, in the form in which addresses
 * are counted.
 */
export function originOf(request: IncomingMessage, trusted: TrustedProxies): string {
  return countedAddress(proxyAddr(request, trusted));
}
