import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';

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

/** An IPv4 address as it is; of an IPv6 address the first 64 bits, all of which one subscriber may have. */
export function countedAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped) return mapped;
  const [withoutZone = ''] = address.split('%');
  const [head = '', tail = ''] = withoutZone.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail);
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Groups of 16 bits; an IPv4 address at the end stands for two. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap(group => (group.includes('.') ? ['0', '0'] : [group]));
}
