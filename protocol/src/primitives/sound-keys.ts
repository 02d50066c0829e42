import { hex } from '../encoding/bytes.ts';

const keyBytes = 32;
const signatureBytes = 64;
/** Order of Ed25519's group, 2²⁵² + …, little-endian: RFC 8032 §5.1. */
const order = Uint8Array.of(
  ...[0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14],
  ...new Uint8Array(15),
  0x10,
);
/** Size of the field of both curves, 2²⁵⁵ − 19. */
const field = Uint8Array.of(0xed, ...new Uint8Array(30).fill(0xff), 0x7f);

/**
 * Encodings of all Ed25519 points of order 1, 2, 4 and 8 whose y is below the field's size; ignores the sign
 * of x = 0.
 */
const lowOrder = new Set([
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(30)}7f`,
  `ec${'ff'.repeat(31)}`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]);

/**
 * True if an Ed25519 key can identify its owner: 32 bytes, its y below the field's size, and not of low
 * order, since anybody can sign for such a key, and implementations differ on all of these (SPEC.md, ED1).
 */
export function isSoundKey(key: Uint8Array): boolean {
  if (key.length !== keyBytes) return false;
  const y = Uint8Array.from(key);
  y[keyBytes - 1]! &= 0x7f;
  return isBelow(y, field) && !lowOrder.has(hex(key));
}

/** True if a signature is well formed: 64 bytes, its scalar below the order of the group (SPEC.md, ED2). */
export function isSoundSignature(signature: Uint8Array): boolean {
  return signature.length === signatureBytes && isBelow(signature.subarray(keyBytes), order);
}

/**
 * True if an X25519 key is the canonical encoding of its point: 32 bytes, the top bit clear, below the
 * field's size.
 */
export function isCanonicalAgreementKey(key: Uint8Array): boolean {
  return key.length === keyBytes && isBelow(key, field);
}

/** Compares little-endian numbers of equal length. They are public, so the time may depend on them. */
function isBelow(number: Uint8Array, bound: Uint8Array): boolean {
  for (let i = bound.length - 1; i >= 0; i--) if (number[i] !== bound[i]) return number[i]! < bound[i]!;
  return false;
}
