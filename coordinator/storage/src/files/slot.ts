import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter, concatBytes, equalBytes, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint } from '@murmuration/rounds/round/store';

const magic = utf8('MSUM2');
const assignmentLength = 22;
const digestBytes = 32;
const signatureLength = 64;
const contributorLength = assignmentLength + digestBytes + signatureLength;
const unsigned = new Uint8Array(signatureLength);
const slotHeadBytes = magic.length + 1 + 4 + 4 + 4;

/** Checkpoint with its slot's metadata. */
export interface Slot {
  /** Sequence number; of two slots, the larger one counts. */
  readonly sequence: number;
  /** True if the checkpoint before this one must be overwritten. */
  readonly erase: boolean;
  readonly checkpoint: Checkpoint;
}

/** Encodes the head, contributors and sum, followed by their SHA-256, which detects torn writes. */
export function encodeSlot({ sequence, erase, checkpoint: { contributors, sum } }: Slot): Uint8Array {
  const writer = new ByteWriter(slotHeadBytes + contributors.length * contributorLength);
  writer
    .raw(magic)
    .u8(erase ? 1 : 0)
    .u32(sequence)
    .u32(contributors.length)
    .u32(sum.length);
  for (const { assignment, digest, signature } of contributors)
    writer
      .raw(utf8(assignment))
      .raw(digest)
      .raw(signature ?? unsigned);
  const digest = createHash('sha256').update(writer.bytes).update(sum).digest();
  return concatBytes(writer.bytes, sum, digest);
}

/** True if a slot that can't be decoded is not erased: it has bytes other than zeros. */
export function isDamaged(bytes: Uint8Array): boolean {
  return bytes.some(byte => byte !== 0);
}

/** Decodes a slot; undefined if it was torn, erased or damaged. Bytes after its end don't count. */
export function decodeSlot(bytes: Uint8Array): Slot | undefined {
  if (bytes.length < slotHeadBytes) return undefined;
  const reader = new ByteReader(bytes);
  if (!equalBytes(reader.raw(magic.length), magic)) return undefined;
  const erase = reader.u8() === 1;
  const sequence = reader.u32();
  const count = reader.u32();
  const sumLength = reader.u32();
  const length = slotHeadBytes + count * contributorLength + sumLength;
  if (bytes.length < length + digestBytes) return undefined;
  const digest = createHash('sha256').update(bytes.subarray(0, length)).digest();
  if (!equalBytes(digest, bytes.subarray(length, length + digestBytes))) return undefined;
  const contributors = Array.from({ length: count }, () => ({
    assignment: new TextDecoder().decode(reader.raw(assignmentLength)) as AssignmentId,
    digest: new Uint8Array(reader.raw(digestBytes)),
    signature: signatureOf(reader.raw(signatureLength)),
  }));
  return { sequence, erase, checkpoint: { contributors, sum: new Uint8Array(reader.raw(sumLength)) } };
}

function signatureOf(bytes: Uint8Array): Uint8Array | null {
  return equalBytes(bytes, unsigned) ? null : new Uint8Array(bytes);
}
