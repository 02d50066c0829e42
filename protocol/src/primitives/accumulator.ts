import { memoryOf } from '../kernels/instantiate.ts';
import { maskKernels } from '../kernels/mask-kernels.ts';
import type { Accumulator, Keystream, Primitives } from './primitives.ts';

/**
 * Words of a block: 256 KiB, which stays in a core's own cache while any number of streams is added to it.
 */
export const blockWords = 65_536;
/** Bytes of a stream that are expanded at a time. */
const streamBytes = 65_536;

const bytesPerBlock = 64;
/** Multiple of words that fills whole blocks for every word size. */
const wordsTogether = 64;

// Addresses in the kernels' memory.
const keyAt = 0;
const blockAt = 512;
const streamAt = blockAt + 4 * blockWords;
/** Bytes that the kernels may read beyond a stream. */
const overreadBytes = 16;
const endAt = streamAt + streamBytes + overreadBytes;

/** Accumulator that also adds streams from other sources. */
export interface StreamAccumulator extends Accumulator {
  /** Adds the next words of a stream, as `add` does. */
  addStream(stream: Keystream, count: number, bytes: number, sign: 1 | -1): void;
}

/**
 * Creates an accumulator with 128-bit WebAssembly instructions, which expand four blocks at once. Throws if
 * the platform has none.
 */
export function kernelAccumulator(): StreamAccumulator {
  const memory = memoryOf(endAt);
  const kernels = maskKernels(memory);
  const whole = new Uint8Array(memory.buffer, 0, endAt);
  const stream = whole.subarray(streamAt, streamAt + streamBytes);
  function addWords({ at, words }: Piece, bytes: number, sign: 1 | -1): void {
    kernels.addWords(blockAt + 4 * at, blockAt + 4 * (at + words), streamAt, bytes, sign);
  }
  return {
    block: new Int32Array(memory.buffer, blockAt, blockWords),
    add(key, counter, count, bytes, sign) {
      whole.set(key, keyAt);
      for (const piece of piecesOf(count, bytes)) {
        kernels.expand(keyAt, counter + piece.block, streamAt, piece.blocks);
        addWords(piece, bytes, sign);
      }
    },
    addStream(words, count, bytes, sign) {
      for (const piece of piecesOf(count, bytes)) {
        stream.set(words.next(piece.blocks));
        addWords(piece, bytes, sign);
      }
    },
    clear: () => whole.fill(0),
  };
}

/**
 * Creates an accumulator in JavaScript on the key streams of `keystream`, for platforms without WebAssembly.
 */
export function scalarAccumulator(keystream: Primitives['keystream']): StreamAccumulator {
  const block = new Int32Array(blockWords);
  const stream = new Uint8Array(streamBytes);
  const wholes = new Int32Array(stream.buffer);
  const halves = new Uint16Array(stream.buffer);
  function addWords({ at, words }: Piece, bytes: number, sign: 1 | -1): void {
    for (let i = 0; i < words; i++) {
      const word =
        bytes === 4
          ? wholes[i]!
          : bytes === 3
            ? stream[3 * i]! | (stream[3 * i + 1]! << 8) | (stream[3 * i + 2]! << 16)
            : bytes === 2
              ? halves[i]!
              : stream[i]!;
      block[at + i] = block[at + i]! + Math.imul(word, sign);
    }
  }
  function addStream(words: Keystream, count: number, bytes: number, sign: 1 | -1): void {
    for (const piece of piecesOf(count, bytes)) {
      stream.set(words.next(piece.blocks));
      addWords(piece, bytes, sign);
    }
  }
  return {
    block,
    add: (key, counter, count, bytes, sign) => addStream(keystream(key, counter), count, bytes, sign),
    addStream,
    clear() {
      block.fill(0);
      stream.fill(0);
    },
  };
}

/** Part of a stream that is expanded at a time. */
interface Piece {
  /** First element that it is added to. */
  readonly at: number;
  readonly words: number;
  /** First block, counted from the beginning of the stream. */
  readonly block: number;
  readonly blocks: number;
}

function piecesOf(count: number, bytes: number): Piece[] {
  const most = Math.floor(streamBytes / (wordsTogether * bytes)) * wordsTogether;
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => {
    const at = i * most;
    const words = Math.min(most, count - at);
    return { at, words, block: (at * bytes) / bytesPerBlock, blocks: (words * bytes) / bytesPerBlock };
  });
}
