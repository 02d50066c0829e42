import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Throws `device.cleartext` for a coordinator on another host without encryption: anyone on the network path
 * could read and change everything. Names of the loopback host stay on the device.
 */
export function requireEncryption({ protocol, hostname }: URL): void {
  if (protocol !== 'http:' || isLoopbackHost(hostname)) return;
  throw new MurmurationError(
    'device.cleartext',
    `The coordinator at ${protocol}//${hostname} is reached without encryption. Use https, or say cleartext: 'allowed' where nobody else is on the way.`,
  );
}

/**
 * Returns true if a host is this machine, by name or address, as written by `URL` (RFC 6761 §6.3,
 * RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
 */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
