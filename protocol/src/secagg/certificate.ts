import { concatBytes, utf8 } from '../bytes.ts';
import type { Primitives, SigningKey } from '../primitives/primitives.ts';

const label = utf8('murmuration enrolment 1\n');

/** The enrolment authority's word, as an Ed25519 signature of 64 bytes, that a device with this identity is enrolled. */
export function certify(authority: SigningKey, identity: Uint8Array): Uint8Array {
  return authority.sign(concatBytes(label, identity));
}

/** Whether `certificate` is the word of the authority with the key `authorityKey` for this identity. */
export function isCertified(
  primitives: Primitives,
  authorityKey: Uint8Array,
  identity: Uint8Array,
  certificate: Uint8Array | undefined,
): boolean {
  return (
    certificate !== undefined &&
    primitives.ed25519.verify(authorityKey, concatBytes(label, identity), certificate)
  );
}
