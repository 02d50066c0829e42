import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import protobuf, { type Reader } from 'protobufjs';

/** The wire type of texts, bytes, messages and packed numbers. */
export const lengthDelimited = 2;

/** Fields of one message that are read: a tensor may have each of its strings in one. */
const mostFields = 2 ** 22;

export function readerOf(bytes: Buffer): Reader {
  return protobuf.Reader.create(bytes);
}

/**
 * Calls `visit` with the number and the wire type of each field of a message; it reads the field, or returns false for one that is passed
 * over. Throws `inference.input` for bytes that are no message, and for one with more fields than any needs.
 */
export function eachField(
  bytes: Buffer,
  visit: (number: number, wire: number, reader: Reader) => boolean,
): void {
  const reader = readerOf(bytes);
  try {
    for (let fields = 0; reader.pos < reader.len; fields++) {
      if (fields === mostFields) refuseInput(`The message has more than ${mostFields} fields.`);
      const tag = reader.uint32();
      const wire = tag & 7;
      if (!visit(tag >>> 3, wire, reader)) reader.skipType(wire);
    }
  } catch (error) {
    if (error instanceof MurmurationError) throw error;
    refuseInput(`The message is malformed: ${messageOf(error)}.`);
  }
}

/** The text of a field; bytes that are no UTF-8 become U+FFFD. */
export function textOf(reader: Reader): string {
  return (reader.bytes() as Buffer).toString('utf8');
}

/** The number nearest to an integer of 64 bits with a sign. */
export function signedOf({ low, high }: ReturnType<Reader['int64']>): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** The same of one without a sign. */
export function unsignedOf({ low, high }: ReturnType<Reader['uint64']>): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}
