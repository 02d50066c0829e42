import { native } from '@murmuration/protocol/primitives/node';
import { secretRecovery, shareBytes, shareSecret } from '@murmuration/protocol/secagg/shamir';
import { uniformIntegers } from '@murmuration/protocol/secagg/uniform';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deal, recover } from '../../../reference/secagg.ts';
import frozen from '../../../vectors/secagg-shares.json' with { type: 'json' };

const prime = 2_147_483_659;
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const numbers = (max: number) => fc.uniqueArray(fc.nat(max), { minLength: 2, maxLength: 12 });

test('SA7: shares of federated-compute (de83f70, shamir_secret_sharing_test.cc, ReconstructWorksWithPrecomputedShares)', () => {
  const shares = [
    [112, 207, 118, 46, 110, 212, 170, 28],
    [48, 160, 197, 172, 38, 235, 145, 204],
    [63, 115, 238, 144, 40, 68, 183, 71],
    [29, 72, 240, 207, 114, 224, 26, 141],
    [74, 31, 204, 116, 6, 189, 187, 136],
  ].map(share => Uint8Array.from(share));
  for (const points of [
    [1, 2, 3],
    [3, 4, 5],
    [5, 1, 3],
    [1, 2, 3, 4, 5],
  ]) {
    const recovery = secretRecovery(points, 4);
    expect(recovery(points.map(point => shares[point - 1]!))).toEqual(Uint8Array.of(0, 0, 0, 33));
  }
});

test('SA7: shares are the frozen ones', () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
  for (const { secret, key, threshold, points, shares } of frozen.shares) {
    const dealt = shareSecret(bytes(secret), threshold, points, uniformIntegers(native, bytes(key)));
    expect(dealt.map(share => Buffer.from(share).toString('hex'))).toEqual(shares);
    expect(secretRecovery(points.slice(-threshold), 32)(dealt.slice(-threshold))).toEqual(bytes(secret));
  }
});

test('SA7: any shares of the threshold or more recover the secret, whatever its length and whoever holds them', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 1, max: prime - 1 }), { minLength: 2, maxLength: 15 }),
      fc.nat(),
      secrets,
      (secret, points, chosen, key) => {
        const threshold = 2 + (chosen % (points.length - 1));
        const shares = shareSecret(secret, threshold, points, uniformIntegers(native, key));
        expect(shares.every(share => share.length === shareBytes(secret.length))).toBe(true);
        const rotated = [...points.keys()].map(i => (i + chosen) % points.length);
        for (const used of [rotated.slice(0, threshold), rotated]) {
          const recovery = secretRecovery(
            used.map(i => points[i]!),
            secret.length,
          );
          expect(recovery(used.map(i => shares[i]!))).toEqual(secret);
        }
      },
    ),
  );
});

test('SA7: shares and recovered secrets are those of the reference', () => {
  fc.assert(
    fc.property(secrets, secrets, numbers(100_000), fc.nat(), (secret, key, devices, chosen) => {
      const threshold = 2 + (chosen % (devices.length - 1));
      const points = devices.map(device => device + 1);
      const draw = uniformIntegers(native, key);
      const shares = shareSecret(secret, threshold, points, uniformIntegers(native, key));
      expect(shares).toEqual(deal(secret, threshold, devices, () => BigInt(draw(prime))));
      expect(recover(devices, shares)).toEqual(secret);
      expect(secretRecovery(points, 32)(shares)).toEqual(secret);
    }),
  );
});

test('SA7: the arithmetic holds at the ends of the field', () => {
  const largest = new Uint8Array(32).fill(255);
  for (const coefficient of [0, 1, prime - 1]) {
    const points = [1, 2, prime - 2, prime - 1];
    const shares = shareSecret(largest, 4, points, () => coefficient);
    expect(secretRecovery(points, 32)(shares)).toEqual(largest);
  }
});

test('SA7: the arithmetic holds where a product is next to a multiple of the prime', () => {
  const modulus = BigInt(prime);
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n
      ? 1n
      : (power((base * base) % modulus, exponent / 2n) * (exponent % 2n ? base : 1n)) % modulus;
  const nothing = new Uint8Array(32);
  for (let i = 0; i < 300; i++) {
    const point = prime - 1 - i * 7_000_003;
    for (const remainder of [0n, 1n, 2n, 30n, modulus - 1n, modulus - 2n, modulus - 30n]) {
      // A coefficient whose product with the point has this remainder; the share of a secret of zeros is that product.
      const coefficient = Number((remainder * power(BigInt(point), modulus - 2n)) % modulus);
      const [share] = shareSecret(nothing, 2, [point], () => coefficient);
      expect(new DataView(share!.buffer).getUint32(0)).toBe(Number(remainder));
    }
  }
});

test('SA7: fewer shares than the threshold fit every secret', () => {
  // For any secret there is a last share with which the shares held so far recover it: they tell nothing.
  fc.assert(
    fc.property(secrets, secrets, secrets, (secret, other, key) => {
      const [held] = shareSecret(secret, 2, [1], uniformIntegers(native, key));
      // The line through (0, other) and (1, held), at 2: 2 × held − other, limb by limb.
      const [otherLimbs] = shareSecret(other, 1, [1], () => 0);
      const last = new Uint8Array(36);
      for (let at = 0; at < 36; at += 4) {
        const value = (share: Uint8Array) => BigInt(new DataView(share.buffer).getUint32(at));
        const limb = (2n * value(held!) - value(otherLimbs!) + BigInt(prime)) % BigInt(prime);
        new DataView(last.buffer).setUint32(at, Number(limb));
      }
      expect(secretRecovery([1, 2], 32)([held!, last])).toEqual(other);
    }),
  );
});

test('SA7: shares that stand for no secret of that length are noticed', () => {
  const share = new Uint8Array(36).fill(255);
  expect(secretRecovery([1, 2], 32)([share, new Uint8Array(36)])).toBeUndefined();
  // One limb of 2³¹ − 1 where the highest limb of 32 bytes has 8 bits.
  const high = new Uint8Array(36);
  high.set([0x7f, 0xff, 0xff, 0xff]);
  expect(secretRecovery([1], 32)([high])).toBeUndefined();
  // One limb of 2³¹, which has 32 bits.
  const low = new Uint8Array(36);
  low.set([0x80, 0, 0, 0], 32);
  expect(secretRecovery([1], 32)([low])).toBeUndefined();
});

test('SA7: two shares of one device are refused', () => {
  expect(() => secretRecovery([4, 7, 4], 32)).toThrow('Two shares are of one device. [secagg.share]');
});
