import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders } from 'kafkajs';
import { KafkaReader } from './reader.ts';
import { damaged } from './unpacked.ts';

/** Maximum headers of a message. */
const mostHeaders = 1_000;
const none = Buffer.alloc(0);

/** Fields common to the messages of a batch, as kafkajs expects them. */
interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
}

/** Message as kafkajs represents it. */
export interface ReadMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly timestamp: string;
  readonly attributes: number;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** Batch without its messages. */
export interface BatchHead {
  readonly first: bigint;
  readonly last: bigint;
  /** Number of messages. */
  readonly count: number;
  /** Returns ms since 1970 of a message, from its delta to the batch's base time. */
  readonly timeOf: (delta: number) => string;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** Placeholder for an unreadable batch, at its last offset, or for an unreadable message, with its key. */
export class UnreadableMessage implements ReadMessage {
  readonly value = none;
  readonly headers = {};
  readonly timestamp = '0';
  readonly attributes = 0;
  readonly isControlRecord = false;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly batchContext: BatchContext;
  readonly error: MurmurationError;

  constructor(
    { offset, key, batchContext }: Pick<ReadMessage, 'offset' | 'key' | 'batchContext'>,
    error: MurmurationError,
  ) {
    this.offset = offset;
    this.key = key;
    this.batchContext = batchContext;
    this.error = error;
  }
}

/** Reads the messages of a batch. Throws if they are damaged, or not in the order of their offsets. */
export function readMessages(bytes: Buffer, batch: BatchHead): readonly ReadMessage[] {
  const reader = new KafkaReader(bytes);
  const messages: ReadMessage[] = [];
  let next = batch.first;
  while (messages.length < batch.count) {
    const message = readMessage(reader.bytes(), batch);
    const offset = BigInt(message.offset);
    if (offset < next || offset > batch.last) throw damaged();
    next = offset + 1n;
    messages.push(message);
  }
  return messages;
}

function readMessage(bytes: Buffer | null, batch: BatchHead): ReadMessage {
  const reader = new KafkaReader(bytes ?? none);
  const { batchContext, isControlRecord } = batch;
  const attributes = reader.int8();
  const timestamp = batch.timeOf(reader.varint());
  const offset = String(batch.first + BigInt(reader.varint()));
  const key = reader.bytes();
  const value = reader.bytes();
  const count = reader.varint();
  if (count > mostHeaders) {
    const error = new MurmurationError(
      'request.too-large',
      `The message has ${count} headers; ${mostHeaders} are the most.`,
    );
    return new UnreadableMessage({ offset, key, batchContext }, error);
  }
  const packed = reader.rest();
  return {
    ...{ offset, key, value, timestamp, attributes, isControlRecord, batchContext },
    // Read at each access: the headers of all messages of a batch may take much memory.
    get headers() {
      return readHeaders(packed, count);
    },
  };
}

/** Reads headers; repeated ones are lists. Returns none if they are damaged. */
function readHeaders(packed: Buffer, count: number): IHeaders {
  const reader = new KafkaReader(packed);
  const headers = new Map<string, Buffer[]>();
  try {
    for (let left = count; left > 0; left--) {
      const name = String(reader.bytes());
      const value = reader.bytes();
      const before = headers.get(name);
      if (before && value) before.push(value);
      else if (value) headers.set(name, [value]);
    }
  } catch {
    return {};
  }
  return Object.fromEntries(Array.from(headers, ([name, all]) => [name, all.length > 1 ? all : all[0]]));
}
