import { createRequire } from 'node:module';
import { boundFetches } from '@murmuration/serving/brokers/kafka/bounded-fetch';
import { CompressionTypes } from 'kafkajs';
import { expect, it } from 'vitest';
import { batchOf } from './batches.ts';

interface Data {
  readonly partition: number;
  readonly messages: readonly { readonly offset: string }[];
}

interface Answer {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly Data[] }[];
}

const fetches: {
  protocol(of: { version: number }): (request: { topics: readonly { topic: string }[] }) => {
    response: { decode(payload: Buffer): Promise<Answer> };
  };
} = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch/index.js');
const decode = (version: number, topic: string, payload: Buffer) =>
  fetches
    .protocol({ version })({ topics: [{ topic }] })
    .response.decode(payload);

const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number) => Buffer.from([value >>> 24, value >> 16, value >> 8, value]);
const int64 = (value: number) => Buffer.concat([int32(0), int32(value)]);

/** The answer to a fetch, as a cluster of some version writes it. */
function answer(version: number, topic: string, sets: readonly Buffer[]): Buffer {
  const partitions = sets.map((set, partition) => [
    ...[int32(partition), int16(0), int64(100), int64(90)],
    ...(version >= 5 ? [int64(1)] : []),
    ...[int32(1), int64(17), int64(50)],
    ...(version >= 11 ? [int32(2)] : []),
    ...[int32(set.length), set],
  ]);
  return Buffer.concat([
    int32(5),
    ...(version >= 7 ? [int16(0), int32(6)] : []),
    ...[int32(1), int16(topic.length), Buffer.from(topic)],
    ...[int32(sets.length), ...partitions.flat()],
  ]);
}

boundFetches(['bounded']);

it.each([4, 5, 6, 7, 8, 9, 10, 11])('says what kafkajs says of an answer of version %i', async version => {
  const messages = [
    { key: 'k', value: 'v', headers: { a: 'x', b: ['y', 'z'] } },
    { key: null, value: null },
  ];
  const set = Buffer.concat([
    await batchOf(7, messages),
    await batchOf(9, messages, { compression: CompressionTypes.GZIP, transactional: true }),
  ]);
  const [own, theirs] = await Promise.all(
    ['bounded', 'another'].map(topic =>
      decode(version, topic, answer(version, topic, [set, Buffer.alloc(0)])),
    ),
  );
  const named = { ...theirs, responses: [{ ...theirs!.responses[0], topicName: 'bounded' }] };
  // What they tell besides, nobody reads.
  expect(JSON.parse(JSON.stringify(named))).toMatchObject(JSON.parse(JSON.stringify(own, leaveOut)));
  expect(own?.responses[0]?.partitions.map(each => each.messages.length)).toEqual([4, 0]);
});

/** Sets of batches are ours only. */
function leaveOut(name: string, value: unknown): unknown {
  return name === 'set' ? undefined : value;
}

it('gives each partition its turn where some have more than there is room for', async () => {
  const long = Buffer.alloc(40 << 20);
  const flood = await batchOf(0, [{ value: long }], { compression: CompressionTypes.GZIP });
  const served: number[] = [];
  for (let times = 0; times < 6; times++) {
    const { responses } = await decode(11, 'bounded', answer(11, 'bounded', [flood, flood, flood]));
    served.push(
      ...responses[0]!.partitions.filter(each => each.messages.length > 0).map(each => each.partition),
    );
  }
  expect(served).toEqual([0, 1, 2, 0, 1, 2]);
});

it('knows codecs of these topics only, since others may use kafkajs in the process', async () => {
  const set = await batchOf(0, [{ value: 'v' }], { compression: CompressionTypes.GZIP });
  set.writeInt16BE(CompressionTypes.LZ4, 21);
  await expect(decode(11, 'another', answer(11, 'another', [set]))).rejects.toThrow('not implemented');
  expect((await decode(11, 'bounded', answer(11, 'bounded', [set]))).responses).toHaveLength(1);
});
