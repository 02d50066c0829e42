import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { IHeaders } from 'kafkajs';
import { Reader } from './reader.ts';
import { damaged } from './unpacked.ts';

/** Headers of a message at most. */
const mostHeaders = 1_000;
const none = Buffer.alloc(0);

/** What the messages of a batch have in common, as kafkajs wants to know it. */
interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
}

/** A message as kafkajs has it. */
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

/** A batch without its messages. */
export interface BatchHead {
  readonly first: bigint;
  readonly last: bigint;
  /** Messages in it. */
  readonly count: number;
  /** ms since 1970 of a message, by how much later than the first it is. */
  readonly timeOf: (delta: number) => string;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** Stands for what can't be read: a batch, at its last offset, or a message, whose key is left. */
export class Unreadable implements ReadMessage {
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

/** Reads the messages of a batch. Throws where they are damaged, or not in the order of their offsets. */
export function readMessages(bytes: Buffer, batch: BatchHead): readonly ReadMessage[] {
  const reader = new Reader(bytes);
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
  const reader = new Reader(bytes ?? none);
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
    return new Unreadable({ offset, key, batchContext }, error);
  }
  const packed = reader.rest();
  return {
    ...{ offset, key, value, timestamp, attributes, isControlRecord, batchContext },
    // Each time again: those of all messages of a batch may be many.
    get headers() {
      return readHeaders(packed, count);
    },
  };
}

/** Headers, of which those that are there several times are lists; none where they are damaged. */
function readHeaders(packed: Buffer, count: number): IHeaders {
  const reader = new Reader(packed);
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
