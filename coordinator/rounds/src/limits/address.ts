import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import proxyAddr from '@fastify/proxy-addr';
import { countedAddress } from '@murmuration/serving/limits/address';

/** Tells whether an address is that of a proxy whose word is taken for the address of the device. */
export type TrustedProxies = ReturnType<typeof proxyAddr.compile>;

/** Throws TypeError for what is neither an address nor a range of addresses such as `10.0.0.0/8`. */
export function trustProxies(ranges: readonly string[]): TrustedProxies {
  return proxyAddr.compile([...ranges]);
}

/** Whether the client speaks TLS, with this process or with a trusted proxy before it. */
export function isSecure(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusted: TrustedProxies,
): boolean {
  if ((socket as Partial<TLSSocket>).encrypted) return true;
  return trusted(socket.remoteAddress ?? '', 0) && headers['x-forwarded-proto'] === 'https';
}

/** Where a request comes from, as the trusted proxies say, in the form by which addresses are counted. */
export function originOf(request: IncomingMessage, trusted: TrustedProxies): string {
  return countedAddress(proxyAddr(request, trusted));
}
