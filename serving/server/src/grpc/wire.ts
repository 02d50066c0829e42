import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import protobuf, { type Reader } from 'protobufjs';

/** Wire type of strings, bytes, messages and packed numbers. */
export const lengthDelimited = 2;

/** Maximum fields of one message: a tensor may have each of its strings in one. */
const maxMessageFields = 2 ** 22;

export function readerOf(bytes: Buffer): Reader {
  return protobuf.Reader.create(bytes);
}

/**
 * Calls `visit` with the number and the wire type of each field of a message; it reads the field, or returns
 * false to skip it. Throws `inference.input` for malformed bytes, and for more than 2²² fields.
 */
export function eachField(
  bytes: Buffer,
  visit: (number: number, wire: number, reader: Reader) => boolean,
): void {
  const reader = readerOf(bytes);
  try {
    for (let fields = 0; reader.pos < reader.len; fields++) {
      if (fields === maxMessageFields) refuseInput(`The message has more than ${maxMessageFields} fields.`);
      const tag = reader.uint32();
      const wire = tag & 7;
      if (!visit(tag >>> 3, wire, reader)) reader.skipType(wire);
    }
  } catch (error) {
    if (error instanceof MurmurationError) throw error;
    refuseInput(`The message is malformed: ${messageOf(error)}.`);
  }
}

/** Returns the text of a field; bytes that are not UTF-8 become U+FFFD. */
export function textOf(reader: Reader): string {
  return (reader.bytes() as Buffer).toString('utf8');
}

/** Returns the number nearest to a signed 64-bit integer. */
export function signedOf({ low, high }: ReturnType<Reader['int64']>): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** Returns the number nearest to an unsigned 64-bit integer. */
export function unsignedOf({ low, high }: ReturnType<Reader['uint64']>): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}
