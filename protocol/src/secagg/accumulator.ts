/** Adds streams of 32-bit words to one block of a vector, in memory of its own. */
export interface Accumulator {
  /** The block: `blockWords` elements. */
  readonly block: Int32Array;
  /** Where to put the words to add: `streamWords` of them at most. */
  readonly stream: Int32Array;
  /**
   * Adds `sign` × the first `count` words of `stream` to the block, from element `at` on, modulo 2³². Both are multiples
   * of 16; `sign` is 1 or −1.
   */
  add(at: number, count: number, sign: number): void;
}

/** 256 KiB, which stays in a core's own cache however many streams are added to it. */
export const blockWords = 65_536;
/** 64 KiB. */
export const streamWords = 16_384;

/** By 128-bit WebAssembly instructions: three times as fast as JavaScript. Throws where the platform has none. */
export function simdAccumulator(): Accumulator {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
  const { buffer } = exports.memory as WebAssembly.Memory;
  const add = exports.add as (target: number, end: number, stream: number, sign: number) => void;
  const streamAt = 4 * blockWords;
  return {
    block: new Int32Array(buffer, 0, blockWords),
    stream: new Int32Array(buffer, streamAt, streamWords),
    add: (at, count, sign) => add(4 * at, 4 * (at + count), streamAt, sign),
  };
}

/** In JavaScript, for platforms without WebAssembly. */
export function scalarAccumulator(): Accumulator {
  const block = new Int32Array(blockWords);
  const stream = new Int32Array(streamWords);
  return {
    block,
    stream,
    add(at, count, sign) {
      for (let i = 0; i < count; i++) block[at + i] = block[at + i]! + Math.imul(stream[i]!, sign);
    },
  };
}

let accumulator: Accumulator | undefined;

/** The fastest accumulator of the platform: one for each thread, for who uses it without a pause. */
export function sharedAccumulator(): Accumulator {
  if (accumulator === undefined) {
    try {
      accumulator = simdAccumulator();
    } catch {
      // No WebAssembly, no SIMD, or a page whose policy forbids to compile it.
      accumulator = scalarAccumulator();
    }
  }
  return accumulator;
}

/**
 * The module, instruction by instruction (WebAssembly core specification 2.0, chapter 5): a memory and
 *
 *     add(target, end, stream, sign):
 *       signs = i32x4.splat(sign)
 *       do
 *         for offset of 0, 16, 32, 48: target[offset] += stream[offset] × signs
 *         target += 64, stream += 64
 *       while target < end
 */
function assemble(): Uint8Array<ArrayBuffer> {
  const [target, end, stream, sign, signs] = [0, 1, 2, 3, 4] as const;
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const load = (offset: number) => [0xfd, 0x00, 4, offset];
  const store = (offset: number) => [0xfd, 0x0b, 4, offset];
  const [splat, add, multiply] = [
    [0xfd, 0x11],
    [0xfd, 0xae, 0x01],
    [0xfd, 0xb5, 0x01],
  ] as const;
  const lanes = [0, 16, 32, 48].flatMap(offset => [
    ...get(target),
    ...get(target),
    ...load(offset),
    ...get(stream),
    ...load(offset),
    ...get(signs),
    ...multiply,
    ...add,
    ...store(offset),
  ]);
  const advance = (local: number) => [...get(local), 0x41, 0xc0, 0x00, 0x6a, ...set(local)]; // + 64
  const body = [
    ...[1, 1, 0x7b], // one local: signs, v128
    ...get(sign),
    ...splat,
    ...set(signs),
    ...[0x03, 0x40], // loop
    ...lanes,
    ...advance(target),
    ...advance(stream),
    ...get(target),
    ...get(end),
    ...[0x49, 0x0d, 0], // if below, again
    ...[0x0b, 0x0b],
  ];
  const counted = (bytes: readonly number[]) =>
    bytes.length < 128
      ? [bytes.length, ...bytes]
      : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
  const section = (id: number, bytes: readonly number[]) => [id, ...counted([1, ...bytes])];
  const name = (text: string) => counted(Array.from(text, character => character.charCodeAt(0)));
  const pages = (4 * (blockWords + streamWords)) / 65_536;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, ...counted([0x7f, 0x7f, 0x7f, 0x7f]), 0]), // type: four i32, no result
    ...section(3, [0]), // function 0 has type 0
    ...section(5, [0, pages]),
    ...[7, ...counted([2, ...name('memory'), 2, 0, ...name('add'), 0, 0])],
    ...section(10, counted(body)),
  ]);
}
