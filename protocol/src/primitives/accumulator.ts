import { memoryOf } from '../kernels/instantiate.ts';
import { maskKernels } from '../kernels/mask-kernels.ts';
import type { Accumulator, Primitives } from './primitives.ts';

/** 256 KiB, which stays in a core's own cache however many streams are added to it. */
export const blockWords = 65_536;
/** Words of a stream that are made at a time where another than the kernels makes them: 64 KiB. */
export const streamWords = 16_384;

const wordsPerBlock = 16;

// The kernels' memory.
const keyAt = 0;
const scratchAt = 64;
const blockAt = 512;
const streamAt = blockAt + 4 * blockWords;
const endAt = streamAt + 4 * streamWords;

/** An accumulator whose memory has room for streams that others make. */
export interface StreamAccumulator extends Accumulator {
  /** Where to put the words of a stream: 4 × `streamWords` bytes. */
  readonly stream: Uint8Array;
  /** Adds `sign` × the first `count` words of `stream` to the block, from element `at` on; both are multiples of 16. */
  addStream(at: number, count: number, sign: 1 | -1): void;
}

/** By 128-bit WebAssembly instructions, which expand four blocks at once. Throws where the platform has none. */
export function kernelAccumulator(): StreamAccumulator {
  const memory = memoryOf(endAt);
  const kernels = maskKernels(memory);
  const bytes = new Uint8Array(memory.buffer, 0, endAt);
  return {
    block: new Int32Array(memory.buffer, blockAt, blockWords),
    stream: bytes.subarray(streamAt),
    add(key, counter, count, sign) {
      bytes.set(key, keyAt);
      kernels.addKeystream(keyAt, counter, blockAt, count / wordsPerBlock, sign, scratchAt);
    },
    addStream(at, count, sign) {
      kernels.addWords(blockAt + 4 * at, blockAt + 4 * (at + count), streamAt, sign);
    },
    clear: () => bytes.fill(0),
  };
}

/** In JavaScript, by the key streams of `keystream`, for platforms without WebAssembly. */
export function scalarAccumulator(keystream: Primitives['keystream']): StreamAccumulator {
  const block = new Int32Array(blockWords);
  const words = new Int32Array(streamWords);
  const stream = new Uint8Array(words.buffer);
  function addStream(at: number, count: number, sign: 1 | -1): void {
    for (let i = 0; i < count; i++) block[at + i] = block[at + i]! + Math.imul(words[i]!, sign);
  }
  return {
    block,
    stream,
    add: (key, counter, count, sign) =>
      addStreams({ stream, addStream }, keystream(key, counter), count, sign),
    addStream,
    clear() {
      block.fill(0);
      words.fill(0);
    },
  };
}

/** Adds `sign` × the next `count` words of a key stream to the block of an accumulator. */
export function addStreams(
  { stream, addStream }: Pick<StreamAccumulator, 'stream' | 'addStream'>,
  words: ReturnType<Primitives['keystream']>,
  count: number,
  sign: 1 | -1,
): void {
  for (let at = 0; at < count; at += streamWords) {
    const part = Math.min(streamWords, count - at);
    stream.set(words.next(part / wordsPerBlock));
    addStream(at, part, sign);
  }
}
