import type { IncomingMessage } from 'node:http';
import { originOf, trustProxies } from '@murmuration/rounds/limits/address';
import { countedAddress } from '@murmuration/serving/limits/address';
import { describe, expect, it } from 'vitest';

function request(remoteAddress: string, forwarded?: string): IncomingMessage {
  const socket = { remoteAddress };
  return { socket, connection: socket, headers: { 'x-forwarded-for': forwarded } } as never;
}

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['64:ff9b:1:2:3::192.0.2.1', '64:ff9b:1:2'],
    ['', ''],
    ['somewhere', 'somewhere'],
  ])('%s counts as %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });

  it('is that of the connection, whatever a stranger writes into a header', () => {
    const trusted = trustProxies(['10.0.0.0/8']);
    expect(originOf(request('192.0.2.1', '198.51.100.7'), trusted)).toBe('192.0.2.1');
    expect(originOf(request('10.1.2.3'), trusted)).toBe('10.1.2.3');
    expect(originOf(request('10.1.2.3', '203.0.113.9, 198.51.100.7'), trusted)).toBe('198.51.100.7');
    expect(originOf(request('10.1.2.3', '198.51.100.7, 10.9.9.9'), trusted)).toBe('198.51.100.7');
    expect(originOf(request('10.1.2.3', '198.51.100.7'), trustProxies([]))).toBe('10.1.2.3');
  });

  it('of a proxy is an address or a range', () => {
    expect(() => trustProxies(['the one'])).toThrow(TypeError);
    expect(() => trustProxies(['10.0.0.0/33'])).toThrow(TypeError);
  });
});
