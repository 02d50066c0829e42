import { createRequire } from 'node:module';
import { readBatches, wholeRoom } from './batches.ts';
import { KafkaReader } from './reader.ts';
import type { ReadMessage } from './records.ts';

/** Internal fetch module of kafkajs, which its types leave out. */
interface Fetches {
  protocol(of: { readonly version: number }): (request: FetchRequest) => Exchange;
}

interface FetchRequest {
  readonly topics: readonly { readonly topic: string }[];
}

interface Exchange {
  readonly response: { readonly decode: (payload: Buffer) => Promise<unknown> };
}

/** First version of the fetch protocol whose answers may have messages with headers. */
const oldestVersion = 4;
const bounded = new Set<string>();
let isInstalled = false;
/**
 * Partitions whose messages found no room in their last answer, with the number of the answer when that
 * began.
 */
const late = new Map<string, number>();
let answers = 0;

/**
 * Makes kafkajs read fetches of these topics with `readBatches`. Its own reader knows only gzip, which it
 * unpacks without a limit, takes time quadratic in a message's headers, and stops for good at an unreadable
 * batch.
 */
export function boundFetches(topics: readonly string[]): void {
  for (const topic of topics) bounded.add(topic);
  if (isInstalled) return;
  isInstalled = true;
  const fetches: Fetches = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch/index.js');
  const { protocol } = fetches;
  fetches.protocol = ({ version }) => {
    const exchangeOf = protocol({ version });
    return request => {
      const exchange = exchangeOf(request);
      // Other code in this process may use kafkajs too.
      if (version < oldestVersion || !request.topics.every(({ topic }) => bounded.has(topic)))
        return exchange;
      return { ...exchange, response: { ...exchange.response, decode: payload => decode(payload, version) } };
    };
  };
}

/** Decodes the answer to a fetch, as kafkajs represents it. */
async function decode(payload: Buffer, version: number) {
  const reader = new KafkaReader(payload);
  const throttle = reader.int32();
  // Skips the error code, which partitions have too, and the session.
  if (version >= 7) reader.take(2 + 4);
  const responses = reader.array(() => {
    const topicName = String(reader.take(reader.int16()));
    return { topicName, partitions: reader.array(() => partitionOf(reader, version)) };
  });
  const all = responses.flatMap(({ topicName, partitions }) =>
    partitions.map(data => ({ topicName, data, key: `${data.partition} ${topicName}` })),
  );
  answers++;
  const room = wholeRoom();
  // Those that wait the longest come first, so that no partition always takes the room of others.
  const since = (key: string) => late.get(key) ?? answers;
  for (const { topicName, data, key } of all.toSorted((a, b) => since(a.key) - since(b.key))) {
    const origin = { topic: topicName, partition: data.partition, end: BigInt(data.highWatermark) };
    data.messages = await readBatches(data.set, origin, room);
    if (data.messages.length > 0 || data.set.length === 0) late.delete(key);
    else late.set(key, since(key));
  }
  return { ...(version >= 8 && { clientSideThrottleTime: throttle }), responses };
}

function partitionOf(reader: KafkaReader, version: number) {
  return {
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: String(reader.int64()),
    lastStableOffset: String(reader.int64()),
    ...(version >= 5 && { lastStartOffset: String(reader.int64()) }),
    abortedTransactions: reader.array(() => ({
      producerId: String(reader.int64()),
      firstOffset: String(reader.int64()),
    })),
    ...(version >= 11 && { preferredReadReplica: reader.int32() }),
    set: reader.take(Math.max(0, reader.int32())),
    messages: [] as readonly ReadMessage[],
  };
}
