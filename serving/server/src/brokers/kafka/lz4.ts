import { damaged, Unpacked } from './unpacked.ts';

const magic = 0x184d2204;
/** Bits of the first byte behind the magic. */
const flags = { blockChecksum: 16, contentSize: 8, dictionary: 1 };
/** Bit of a block's length that marks it as uncompressed. */
const asIs = 0x8000_0000;

/** Unpacks an LZ4 frame without checking its checksums. Throws if it is damaged, or exceeds `most` bytes. */
export function unpackLz4(packed: Buffer, most: number): Buffer {
  if (packed.readUInt32LE(0) !== magic) throw damaged();
  const flag = packed.readUInt8(4);
  if (flag >> 6 !== 1 || flag & flags.dictionary) throw damaged();
  const out = new Unpacked(4 * packed.length, most);
  // Skips the block size and the head's checksum.
  let at = 5 + 1 + (flag & flags.contentSize ? 8 : 0) + 1;
  for (;;) {
    const length = packed.readUInt32LE(at);
    at += 4;
    if (length === 0) return out.done();
    const end = at + (length & ~asIs);
    if (end > packed.length) throw damaged();
    if (length >= asIs) out.append(packed, at, end);
    else readBlock(packed.subarray(at, end), out);
    at = end + (flag & flags.blockChecksum ? 4 : 0);
  }
}

function readBlock(packed: Buffer, out: Unpacked): void {
  let at = 0;
  const lengthFrom = (nibble: number) => {
    let length = nibble;
    for (let more = nibble === 15; more; ) {
      const next = packed.readUInt8(at++);
      length += next;
      more = next === 255;
    }
    return length;
  };
  while (at < packed.length) {
    const token = packed.readUInt8(at++);
    const literals = lengthFrom(token >> 4);
    out.append(packed, at, at + literals);
    at += literals;
    // The last literals have no match behind them.
    if (at === packed.length) return;
    const distance = packed.readUInt16LE(at);
    at += 2;
    out.repeat(distance, 4 + lengthFrom(token & 15));
  }
}
