import { readBatches, wholeRoom } from '@murmuration/serving/brokers/kafka/batches';
import { type ReadMessage, UnreadableMessage } from '@murmuration/serving/brokers/kafka/records';
import { CompressionTypes } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { batchOf, type Sent } from './batches.ts';

const origin = { topic: 'requests', partition: 3, end: 100n };
const read = (...batches: readonly Buffer[]) => readBatches(Buffer.concat(batches), origin, wholeRoom());
const offsets = (messages: readonly ReadMessage[]) => messages.map(({ offset }) => Number(offset));
const three: readonly Sent[] = [{ value: 'a' }, { value: 'b' }, { value: 'c' }];
/** A batch of three from the offset 7 on, and what somebody made of it. */
async function changed(change: (batch: Buffer) => void): Promise<Buffer> {
  const batch = await batchOf(7, three);
  change(batch);
  return batch;
}

describe('the messages of batches', () => {
  it('are what was sent', async () => {
    const batch = await batchOf(7, [
      { key: 'k', value: 'v', headers: { a: 'x', b: ['y', 'z'], constructor: 'c', ['__proto__']: 'p' } },
      {},
    ]);
    const [first, second] = await read(batch);
    expect(first).toMatchObject({ offset: '7', timestamp: '1000', key: Buffer.from('k') });
    expect(String(first?.value)).toBe('v');
    expect(Object.entries(first?.headers ?? {}).map(([name, value]) => [name, String(value)])).toEqual([
      ...[
        ['a', 'x'],
        ['b', 'y,z'],
        ['constructor', 'c'],
        ['__proto__', 'p'],
      ],
    ]);
    expect(second).toMatchObject({ offset: '8', timestamp: '1001', key: null, value: null, headers: {} });
  });

  it('are those of all batches, up to one that the answer cuts off', async () => {
    const [first, second] = [await batchOf(0, three), await batchOf(3, three)];
    expect(offsets(await read(first, second))).toEqual([0, 1, 2, 3, 4, 5]);
    for (let length = 1; length < second.length; length++)
      expect(offsets(await read(first, second.subarray(0, length)))).toEqual([0, 1, 2]);
  });

  it('are a control message where there are none, so that what reads them goes on', async () => {
    const [nothing] = await read(await changed(batch => batch.writeInt32BE(0, 57)));
    expect(nothing).toMatchObject({ offset: '9', isControlRecord: true });
  });

  it('have no headers where those are damaged', async () => {
    const batch = await batchOf(0, [{ headers: { a: 'x', b: 'y' } }]);
    // The length of the last value.
    batch.writeInt8(100, batch.length - 2);
    expect((await read(batch))[0]?.headers).toEqual({});
  });
});

describe('what can not be read of a partition', () => {
  const lies: readonly (readonly [name: string, last: number, change: (batch: Buffer) => void])[] = [
    ['more messages than it has', 9, batch => batch.writeInt32BE(4, 57)],
    ['more messages than any has', 9, batch => batch.writeInt32BE(0x7fff_ffff, 57)],
    ['a last offset before its messages', 7, batch => batch.writeInt32BE(-5, 23)],
    // 4 bytes of a batch's first message stand before its offset.
    ['an offset beyond its last', 9, batch => batch.writeInt8(80, 61 + 3)],
    ['an offset that is not the next', 9, batch => batch.writeInt8(4, 61 + 3)],
    ['a message longer than itself', 9, batch => batch.writeInt8(120, 61)],
    ['a message of a negative length', 9, batch => batch.writeInt8(5, 61)],
    ['the format before headers', 7, batch => batch.writeInt8(1, 16)],
  ];
  it.each(lies)('is one batch that has %s', async (_, last, change) => {
    const [unreadable, ...others] = await read(await changed(change), await batchOf(10, three));
    expect(unreadable).toBeInstanceOf(UnreadableMessage);
    expect(unreadable).toMatchObject({ offset: String(last), key: null, headers: {} });
    expect((unreadable as UnreadableMessage).error.detail).toMatch(
      `The messages 7 to ${last} of partition 3 of requests can't be read: `,
    );
    expect(offsets(others)).toEqual([10, 11, 12]);
  });

  it('is all behind a batch that has no length, and nothing for ever', async () => {
    for (const length of [-12, 0, 4, 0x8000_0000 | 0]) {
      const batch = await changed(bytes => bytes.writeInt32BE(length, 8));
      expect(offsets(await read(batch, await batchOf(10, three)))).toEqual([7]);
    }
  });

  it('lies never behind the end of the partition, where its reader would begin again from the start', async () => {
    const batch = await changed(bytes => {
      bytes.writeInt32BE(0x7fff_ffff, 23);
      bytes.writeInt32BE(5, 57);
    });
    expect(offsets(await read(batch))).toEqual([99]);
  });

  it('is a message with more than 1000 headers, of which its key is left', async () => {
    const headers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, '']));
    const [whole, unreadable, behind] = await read(
      await batchOf(0, [
        { key: 'whole', headers: headers(1_000) },
        { key: 'many', value: 'v', headers: headers(1_001) },
        { key: 'behind' },
      ]),
    );
    expect(Object.keys(whole?.headers ?? {})).toHaveLength(1_000);
    expect(unreadable).toBeInstanceOf(UnreadableMessage);
    expect(unreadable).toMatchObject({ offset: '1', key: Buffer.from('many'), headers: {} });
    expect(unreadable?.value).toHaveLength(0);
    expect(String(behind?.key)).toBe('behind');
  });
});

describe('the room of an answer', () => {
  const packed = { compression: CompressionTypes.GZIP };
  const long = (first: number) => batchOf(first, [{ value: 'x'.repeat(10_000) }], packed);

  it('is taken by what is unpacked, and the rest is left for the next one', async () => {
    const set = Buffer.concat([await long(0), await long(1), await long(2)]);
    const room = { ...wholeRoom(), bytes: 25_000 };
    expect(offsets(await readBatches(set, origin, room))).toEqual([0, 1]);
    expect(room.bytes).toBeLessThan(5_000);
    expect(await readBatches(set, origin, { ...wholeRoom(), bytes: 0 })).toEqual([]);
    expect(offsets(await readBatches(set, origin, wholeRoom()))).toEqual([0, 1, 2]);
  });

  it('is none for any codec where it is used up', async () => {
    const plain = await batchOf(0, three);
    const records = plain.subarray(61);
    // One block of Zstandard, as it is.
    const size = (records.length << 3) | 1;
    const zstd = Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, size & 255, size >> 8, 0);
    const set = Buffer.concat([plain.subarray(0, 61), zstd, records]);
    set.writeInt32BE(set.length - 12, 8);
    set.writeInt16BE(CompressionTypes.ZSTD, 21);
    expect(offsets(await readBatches(set, origin, wholeRoom()))).toEqual([0, 1, 2]);
    expect(await readBatches(set, origin, { ...wholeRoom(), bytes: 0 })).toEqual([]);
  });

  it('is taken by messages, and the rest is left for the next one', async () => {
    const set = Buffer.concat([await batchOf(0, three), await batchOf(3, three)]);
    const room = { ...wholeRoom(), messages: 5 };
    expect(offsets(await readBatches(set, origin, room))).toEqual([0, 1, 2]);
    expect(room.messages).toBe(2);
  });

  it('is not taken by what comes as it is', async () => {
    const room = wholeRoom();
    await readBatches(await batchOf(0, three), origin, room);
    expect(room.bytes).toBe(wholeRoom().bytes);
  });
});
