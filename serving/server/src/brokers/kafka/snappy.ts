import { damaged, tooLong, Unpacked } from './unpacked.ts';

/** Magic of the format that Java writes: chunks, each behind its length. */
const magic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** Bytes of the magic and of the two versions behind it. */
const headLength = 16;

/** Unpacks Snappy, with or without Java's frame. Throws if it is damaged, or exceeds `most` bytes. */
export function unpackSnappy(packed: Buffer, most: number): Buffer {
  const out = new Unpacked(4 * packed.length, most);
  const isFramed = packed.subarray(0, magic.length).equals(magic);
  if (!isFramed) readBlock(packed, out, most);
  for (let at = headLength; isFramed && at < packed.length; ) {
    const start = at + 4;
    const end = start + packed.readUInt32BE(at);
    readBlock(packed.subarray(start, end), out, most);
    at = end;
  }
  return out.done();
}

function readBlock(packed: Buffer, out: Unpacked, most: number): void {
  let at = 0;
  const byte = () => {
    if (at >= packed.length) throw damaged();
    return packed[at++] as number;
  };
  const little = (bytes: number) => {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += byte() * 256 ** index;
    return value;
  };
  let length = 0;
  for (let place = 1, more = true; more; place *= 128) {
    const next = byte();
    length += (next & 127) * place;
    more = next > 127;
    if (length > most) throw tooLong(most);
  }
  const end = out.length + length;
  while (at < packed.length) {
    const tag = byte();
    const high = tag >> 2;
    if ((tag & 3) === 0) {
      const literals = 1 + (high < 60 ? high : little(high - 59));
      out.append(packed, at, at + literals);
      at += literals;
    } else if ((tag & 3) === 1) out.repeat((tag >> 5) * 256 + byte(), 4 + (high & 7));
    else out.repeat(little((tag & 3) === 2 ? 2 : 4), 1 + high);
  }
  if (out.length !== end) throw damaged();
}
