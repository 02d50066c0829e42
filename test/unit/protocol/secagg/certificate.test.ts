import { createHash, createPublicKey, verify } from 'node:crypto';
import { native } from '@murmuration/protocol/primitives/node';
import { certify, isCertified } from '@murmuration/protocol/secagg/certificate';
import { dayOf } from '@murmuration/protocol/time/day';
import { describe, expect, test } from 'vitest';
import { seed } from './cohort.ts';

const authority = native.ed25519.signingKey(seed(3, 0));
const pinned = { key: authority.publicKey, population: 'phones' };
const identity = native.ed25519.signingKey(seed(1, 0)).publicKey;
const certificate = certify(native, authority, { population: 'phones', lastDay: 20_000 }, identity);

describe('SA6: a certificate', () => {
  test('is the last day and the signature of label, population, day and identity', () => {
    const day = Buffer.from([0x20, 0x4e, 0, 0]);
    expect(certificate.length).toBe(68);
    expect(Buffer.from(certificate.subarray(0, 4))).toEqual(day);
    const signed = Buffer.concat([
      Buffer.from('murmuration enrolment 2\n'),
      createHash('sha256').update('phones').digest(),
      day,
      identity,
    ]);
    const x = Buffer.from(authority.publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, signed, key, certificate.subarray(4))).toBe(true);
  });

  test('holds to the end of its last day', () => {
    const holdsOn = (day: number) => isCertified(native, pinned, identity, certificate, day);
    expect([0, 19_999, 20_000].map(holdsOn)).toEqual([true, true, true]);
    expect([20_001, 40_000].map(holdsOn)).toEqual([false, false]);
    expect(dayOf(20_001 * 86_400_000 - 1)).toBe(20_000);
    expect(dayOf(20_001 * 86_400_000)).toBe(20_001);
  });

  test('holds for one identity, one authority and one population', () => {
    const holds = (of: typeof pinned, of2 = identity) => isCertified(native, of, of2, certificate, 20_000);
    expect(holds(pinned)).toBe(true);
    expect(holds(pinned, seed(1, 5))).toBe(false);
    expect(holds({ ...pinned, key: identity })).toBe(false);
    expect(holds({ ...pinned, population: 'tablets' })).toBe(false);
    expect(holds({ ...pinned, population: 'phone' })).toBe(false);
  });

  test('is refused with another day written on it, with another length, and where there is none', () => {
    const later = Uint8Array.from(certificate);
    later[0]! += 1;
    const holds = (bytes?: Uint8Array) => isCertified(native, pinned, identity, bytes, 20_000);
    expect(holds(later)).toBe(false);
    expect(holds(certificate.subarray(4))).toBe(false);
    expect(holds(certificate.subarray(0, 67))).toBe(false);
    expect(holds(Uint8Array.of(...certificate, 0))).toBe(false);
    expect(holds(new Uint8Array(0))).toBe(false);
    expect(holds(undefined)).toBe(false);
  });
});
