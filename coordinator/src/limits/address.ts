import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { countedAddress } from '@murmuration/serving/limits/address';

/** Tells whether an address is that of a proxy whose word is taken for the address of the device. */
export type TrustedProxies = ReturnType<typeof proxyAddr.compile>;

/** Throws TypeError for what is neither an address nor a range of addresses such as `10.0.0.0/8`. */
export function trustProxies(ranges: readonly string[]): TrustedProxies {
  return proxyAddr.compile([...ranges]);
}

/** Where a request comes from, as the trusted proxies say, in the form by which addresses are counted. */
export function originOf(request: IncomingMessage, trusted: TrustedProxies): string {
  return countedAddress(proxyAddr(request, trusted));
}
