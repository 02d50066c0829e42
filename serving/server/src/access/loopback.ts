import { isIPv4 } from 'node:net';

/** Whether whoever listens there is heard on this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
