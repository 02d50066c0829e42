import { MurmurationError } from '../errors/errors.ts';

/** Maximum depth of nested arrays and maps. */
const maxFrameDepth = 16;

/**
 * Throws `protocol.frame` if arrays and maps are nested too deeply, or announce more items than bytes follow:
 * a decoder would allocate all the announced room, thousands of times the size of a small frame. Leaves all
 * other checks to the decoder.
 */
export function refuseBombs(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  /** Items still missing in each container around the current position. */
  const missing: number[] = [];
  let at = 0;
  const sized = (bytes: 1 | 2 | 4): number => {
    if (at + bytes > frame.length) return 0;
    const size = bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at) : view.getUint32(at);
    at += bytes;
    return size;
  };
  const skip = (bytes: number): void => {
    at += bytes;
  };
  const open = (items: number): void => {
    if (items > frame.length - at)
      throw new MurmurationError('protocol.frame', 'The frame announces more items than it has bytes.');
    missing.push(items + 1);
    if (missing.length > maxFrameDepth)
      throw new MurmurationError(
        'protocol.frame',
        `Arrays and maps lie at most ${maxFrameDepth} deep in one another.`,
      );
  };
  do {
    const head = frame[at++];
    if (head === undefined) return;
    if (head < 0x80 || head > 0xdf) skip(0);
    else if (head < 0x90) open(2 * (head & 0x0f));
    else if (head < 0xa0) open(head & 0x0f);
    else if (head < 0xc4) skip(head < 0xc0 ? head & 0x1f : 0);
    else if (head < 0xca) skip(sized(widths[(head - 0xc4) % 3]!) + (head < 0xc7 ? 0 : 1));
    else if (head < 0xd4) skip(numbers[head - 0xca]!);
    else if (head < 0xd9) skip(1 + (1 << (head - 0xd4)));
    else if (head < 0xdc) skip(sized(widths[head - 0xd9]!));
    else if (head < 0xde) open(sized(widths[head - 0xdb]!));
    else open(2 * sized(widths[head - 0xdd]!));
    // The item that ends here may be the last one of the containers around it.
    while (missing.length > 0 && --missing[missing.length - 1]! === 0) missing.pop();
  } while (missing.length > 0);
}

/** Bytes of the length in the 8-, 16- and 32-bit forms. */
const widths = [1, 2, 4] as const;
/** Bytes after each of the heads 0xca to 0xd3: floats, then unsigned and signed integers. */
const numbers = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;
