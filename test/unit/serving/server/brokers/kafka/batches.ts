import { createRequire } from 'node:module';
import type { CompressionTypes } from 'kafkajs';

const load = createRequire(import.meta.url);
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js');
const Record = load('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const Long = load('kafkajs/src/utils/long.js');

export interface Sent {
  readonly key?: string | null;
  readonly value?: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A batch as kafkajs writes it. */
export async function batchOf(
  first: number,
  messages: readonly Sent[],
  more: { readonly compression?: CompressionTypes; readonly transactional?: boolean } = {},
): Promise<Buffer> {
  const records = messages.map(({ key = null, value = null, headers }, offsetDelta) =>
    Record({ offsetDelta, timestampDelta: offsetDelta, key, value, headers }),
  );
  const batch = await RecordBatch({
    firstOffset: Long.fromInt(first),
    firstTimestamp: 1_000,
    maxTimestamp: 2_000,
    lastOffsetDelta: messages.length - 1,
    records,
    ...more,
  });
  return batch.buffer;
}
