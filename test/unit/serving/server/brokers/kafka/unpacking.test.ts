import { gzipSync } from 'node:zlib';
import { unpack } from '@murmuration/serving/brokers/kafka/unpacking';
import { describe, expect, it } from 'vitest';

const text = Buffer.from('{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]} '.repeat(12));
const most = 1 << 20;
const base64 = (packed: string) => Buffer.from(packed, 'base64');
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
/** Chunks of Snappy as Java frames them. */
const framed = (...chunks: readonly Buffer[]) =>
  Buffer.concat([
    Buffer.from('\x82SNAPPY\0', 'latin1'),
    ...[int32(1), int32(1)],
    ...chunks.flatMap(chunk => [int32(chunk.length), chunk]),
  ]);
const snappy = base64(
  'pAZ4eyJpbnB1dHMiOlt7Im5hbWUiOiJ4IiwiZGF0YXR5cAEPJEZQMzIiLCJzaGEBDwhbMV0JHgAiAQsMfV19IP5DAP5DAP5DAP5DAP5DAP5DAP5DAP5DAP5DAP5DAP5DAIJDAA==',
);
const lz4 = base64(
  'BCJNGGRAp0kAAADwEHsiaW5wdXRzIjpbeyJuYW1lIjoieCIsImRhdGF0eXAPAKBGUDMyIiwic2hhDwAyWzFdHgABCwBPfV19IEMA///LUF19XX0gAAAAALLGiQY=',
);
const zstd = base64(
  'KLUv/QRYNQIAhAN7ImlucHV0cyI6W3sibmFtZSI6IngiLCJkYXRhdHlwZSI6IkZQMzIiLCJzaGFwZSI6WzFdfV19IAMA3oxQ5NIABUxBAb4pxSo=',
);

/** The text, by the numbers of codecs in Kafka's protocol, as the commands lz4 and zstd and the package snappyjs pack it. */
const packed: readonly (readonly [name: string, codec: number, bytes: Buffer])[] = [
  ['gzip', 1, gzipSync(text)],
  ['Snappy', 2, snappy],
  ['Snappy in a frame', 2, framed(snappy)],
  ['LZ4', 3, lz4],
  [
    'LZ4 with linked blocks and sums of them',
    3,
    base64(
      'BCJNGHRAvUkAAADwEHsiaW5wdXRzIjpbeyJuYW1lIjoieCIsImRhdGF0eXAPAKBGUDMyIiwic2hhDwAyWzFdHgABCwBPfV19IEMA///LUF19XX0g4bIoEQAAAACyxokG',
    ),
  ],
  ['Zstandard', 4, zstd],
];

describe('bytes that a codec packed', () => {
  it.each(packed)('are unpacked up to a bound: %s', async (_, codec, bytes) => {
    expect(await unpack(codec, bytes, most)).toEqual(text);
    expect(await unpack(codec, bytes, text.length)).toEqual(text);
    await expect(unpack(codec, bytes, text.length - 1)).rejects.toMatchObject({
      detail: expect.stringContaining(`more than ${text.length - 1} `),
    });
  });

  it.each(packed)('are refused where they are cut off anywhere: %s', async (_, codec, bytes) => {
    // The last sum of LZ4 is not read.
    for (let length = 0; length < bytes.length - (codec === 3 ? 4 : 0); length++)
      await expect(unpack(codec, bytes.subarray(0, length), most)).rejects.toMatchObject({
        code: 'inference.input',
      });
  });

  it('may come in several chunks, of which each says how long it is', async () => {
    expect(await unpack(2, framed(snappy, snappy), most)).toEqual(Buffer.concat([text, text]));
    await expect(unpack(2, framed(snappy, snappy), 2 * text.length - 1)).rejects.toMatchObject({
      code: 'request.too-large',
    });
  });

  it.each([
    ['a match before the beginning', 2, Buffer.of(8, 0, 65, 0x0d, 2)],
    ['a match of no distance', 2, Buffer.of(8, 0, 65, 0x0d, 0)],
    ['less than it says', 2, Buffer.of(9, 0, 65)],
    ['more than it says', 2, Buffer.of(1, 4, 65, 65)],
    // Which leads snappyjs back to where it was, for ever.
    ['a length of 4 GB', 2, Buffer.of(16, 0xfc, 0xfa, 0xff, 0xff, 0xff)],
    ['a frame of another version', 3, Buffer.concat([lz4.subarray(0, 4), Buffer.of(0x24), lz4.subarray(5)])],
    ['a dictionary', 3, Buffer.concat([lz4.subarray(0, 4), Buffer.of(0x65), lz4.subarray(5)])],
    ['what was packed by another', 3, zstd],
    ['nothing', 4, Buffer.alloc(0)],
    ['no codec that there is', 5, text],
  ])('are refused where they have %s', async (_, codec, bytes) => {
    await expect(unpack(codec, bytes, most)).rejects.toMatchObject({ code: 'inference.input' });
  });

  it('may be as they were in LZ4, behind their size', async () => {
    const size = Buffer.alloc(12);
    size.writeUInt32LE(3);
    size.writeUInt32LE(0x8000_0003, 8);
    const head = Buffer.of(4, 0x22, 0x4d, 0x18, 0x68, 0x40);
    const sum = Buffer.alloc(1);
    const frame = [head, size.subarray(0, 8), sum, size.subarray(8), Buffer.from('abc'), Buffer.alloc(4)];
    expect(String(await unpack(3, Buffer.concat(frame), most))).toBe('abc');
  });
});
