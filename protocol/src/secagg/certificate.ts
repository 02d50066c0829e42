import { ByteReader, ByteWriter, concatBytes, utf8 } from '../encoding/bytes.ts';
import type { Primitives, SigningKey } from '../primitives/primitives.ts';
import { certificateBytes } from './certificate-form.ts';

/** What an app knows of the authority that enrols its devices, from its own build: nothing of it comes from the coordinator. */
export interface EnrolmentAuthority {
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array;
  /** The name of the population for which certificates must be made; one authority may enrol several. */
  readonly population: string;
}

/** The authority's word that a device is of its population, and until when. */
export interface CertificateTerms {
  /** Name of the population. */
  readonly population: string;
  /** The last day on which the certificate holds, in days since 1970 (UTC). */
  readonly lastDay: number;
}

const signatureBytes = 64;

const label = utf8('murmuration enrolment 2\n');

/** The enrolment authority's word (68 bytes) that the device with this identity is enrolled. */
export function certify(
  primitives: Primitives,
  authority: SigningKey,
  { population, lastDay }: CertificateTerms,
  identity: Uint8Array,
): Uint8Array {
  const signature = authority.sign(signedBytes(primitives, population, lastDay, identity));
  return new ByteWriter(certificateBytes).u32(lastDay).raw(signature).bytes;
}

/** Whether `certificate` is the word of this authority for this identity, and still holds on `today` (see `dayOf`). */
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
