import { ByteReader, ByteWriter, concatBytes, utf8 } from '../encoding/bytes.ts';
import type { Primitives, SigningKey } from '../primitives/primitives.ts';
import { certificateBytes } from './certificate-form.ts';

/**
 * Key and population of the authority that enrols an app's devices. They come from the app's own build, never
 * from the coordinator.
 */
export interface EnrolmentAuthority {
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array;
  /** Name of the population that certificates must be for; one authority may enrol several. */
  readonly population: string;
}

/** Population and validity of a certificate. */
export interface CertificateTerms {
  /** Name of the population. */
  readonly population: string;
  /** Last day on which the certificate is valid, in days since 1970 (UTC). */
  readonly lastDay: number;
}

const signatureBytes = 64;

const label = utf8('murmuration enrolment 2\n');

/** Certificate of the enrolment authority (68 bytes) that the device with this identity is enrolled. */
export function certify(
  primitives: Primitives,
  authority: SigningKey,
  { population, lastDay }: CertificateTerms,
  identity: Uint8Array,
): Uint8Array {
  const signature = authority.sign(signedBytes(primitives, population, lastDay, identity));
  return new ByteWriter(certificateBytes).u32(lastDay).raw(signature).bytes;
}

/** True if `certificate` is by this authority for this identity, and still valid on `today` (see `dayOf`). */
export function isCertified(
  primitives: Primitives,
  { key, population }: EnrolmentAuthority,
  identity: Uint8Array,
  certificate: Uint8Array | undefined,
  today: number,
): boolean {
  if (certificate?.length !== certificateBytes) return false;
  const reader = new ByteReader(certificate);
  const lastDay = reader.u32();
  const signed = signedBytes(primitives, population, lastDay, identity);
  return today <= lastDay && primitives.ed25519.verify(key, signed, reader.raw(signatureBytes));
}

function signedBytes(
  primitives: Primitives,
  population: string,
  lastDay: number,
  identity: Uint8Array,
): Uint8Array {
  const day = new ByteWriter(4).u32(lastDay).bytes;
  return concatBytes(label, primitives.sha256(utf8(population)), day, identity);
}
