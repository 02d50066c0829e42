import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type BatchHead, type ReadMessage, readMessages, UnreadableMessage } from './records.ts';
import { unpack } from './unpacking.ts';

/** Maximum unpacked bytes, and messages, of one answer to a fetch. */
const maxAnswer = { bytes: 64 << 20, messages: 65_536 };
/**
 * Bytes of a batch's head; of those before the end of its length field; and of those before its format
 * number.
 */
const [headLength, uncounted, beforeFormat] = [61, 12, 16];
/** Batch format since Kafka 0.11, the first with headers. */
const batchFormat = 2;
/** Bits of a batch's attributes. */
const bits = { codec: 7, logTime: 8, transaction: 16, control: 32 };

/** Partition of batches, and the offset behind its last message. */
interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly end: bigint;
}

/** Remaining room in an answer. */
export interface Room {
  bytes: number;
  messages: number;
}

export function wholeRoom(): Room {
  return { ...maxAnswer };
}

/**
 * Reads the batches of a partition; an `UnreadableMessage` replaces one that can't be read. A batch that
 * exceeds the room is left for the next answer, unless it exceeds even an empty answer's room.
 */
export async function readBatches(set: Buffer, origin: Origin, room: Room): Promise<readonly ReadMessage[]> {
  const all: ReadMessage[] = [];
  for (let at = 0; set.length - at > beforeFormat; ) {
    const length = uncounted + set.readInt32BE(at + 8);
    // The answer ends in the middle of a batch.
    if (length > set.length - at) break;
    const messages = await readBatch(set.subarray(at, at + Math.max(length, beforeFormat)), origin, room);
    if (!messages) break;
    room.messages -= messages.length;
    for (const message of messages) all.push(message);
    // The start of the next batch is unknown.
    if (length < beforeFormat) break;
    at += length;
  }
  return all;
}

/** Reads a batch; undefined if it exceeds the room. */
async function readBatch(
  batch: Buffer,
  origin: Origin,
  room: Room,
): Promise<readonly ReadMessage[] | undefined> {
  const first = batch.readBigInt64BE(0);
  let head: BatchHead | undefined;
  try {
    if (batch.length < headLength || batch[beforeFormat] !== batchFormat)
      throw new MurmurationError(
        'inference.input',
        'their format has no headers, as those before Kafka 0.11.',
      );
    head = headOf(batch, first, origin.end);
    if (head.count > maxAnswer.messages)
      throw new MurmurationError('request.too-large', `they are more than ${maxAnswer.messages}.`);
    if (head.count > room.messages) return undefined;
    const codec = batch.readInt16BE(21) & bits.codec;
    const packed = batch.subarray(headLength);
    const bytes = codec === 0 ? packed : await unpackWithin(codec, packed, room);
    if (!bytes) return undefined;
    const messages = readMessages(bytes, head);
    // Without any message, kafkajs would never advance.
    return messages.length > 0 ? messages : [nothingOf(head)];
  } catch (error) {
    const { code, detail } = error as MurmurationError;
    const last = head?.last ?? first;
    const where = `The messages ${first} to ${last} of partition ${origin.partition} of ${origin.topic}`;
    const told = new MurmurationError(code, `${where} can't be read: ${detail}`);
    const context = head?.batchContext ?? { producerId: '-1', inTransaction: false };
    return [new UnreadableMessage({ offset: String(last), key: null, batchContext: context }, told)];
  }
}

/** Unpacks a batch; undefined if it fails and the room was not a whole answer's. */
async function unpackWithin(codec: number, packed: Buffer, room: Room): Promise<Buffer | undefined> {
  if (room.bytes <= 0) return undefined;
  try {
    const bytes = await unpack(codec, packed, room.bytes);
    room.bytes -= bytes.length;
    return bytes;
  } catch (error) {
    if (room.bytes < maxAnswer.bytes) return undefined;
    throw error;
  }
}

function headOf(batch: Buffer, first: bigint, end: bigint): BatchHead {
  const attributes = batch.readInt16BE(21);
  const told = first + BigInt(Math.max(0, batch.readInt32BE(23)));
  const [start, newest] = [batch.readBigInt64BE(27), batch.readBigInt64BE(35)];
  return {
    first,
    // With an offset beyond the end, the client would start over from the beginning.
    last: told < end ? told : end > first ? end - 1n : first,
    count: batch.readInt32BE(57),
    timeOf: delta => String(attributes & bits.logTime ? newest : Number(start) + delta),
    isControlRecord: (attributes & bits.control) !== 0,
    batchContext: {
      producerId: String(batch.readBigInt64BE(43)),
      inTransaction: (attributes & bits.transaction) !== 0,
    },
  };
}

/** Returns a control message at the end of a batch that has no messages. */
function nothingOf({ last, batchContext }: BatchHead): ReadMessage {
  const empty = { key: null, value: null, headers: {}, timestamp: '0', attributes: 0 };
  return { ...empty, offset: String(last), isControlRecord: true, batchContext };
}
