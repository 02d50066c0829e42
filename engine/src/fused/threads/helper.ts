import type { Address } from '../kernels.ts';

/** First message to a helper. */
export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the words and the calls of `layout`: `controlBytes` bytes. */
  readonly control: Address;
  /** The helper's own scratch memory. */
  readonly scratch: Address;
  /** Kernels by their numbers, each with the index of its scratch argument; −1 for none. */
  readonly kernels: readonly (readonly [name: string, scratchAt: number])[];
  readonly layout: typeof layout;
}

/**
 * Layout of the shared control memory: words in cache lines of their own, then the calls, each as the number
 * of its kernel and its arguments, in float64.
 */
export const layout = {
  /** Counter of turns; a change wakes the helpers. */
  turn: 0,
  /** Number of calls not yet taken; may be below 0. A thread that lowers it from n > 0 takes call n − 1. */
  left: 16,
  /** Number of finished calls. */
  done: 32,
  /** 1 once a call has failed. */
  failed: 48,
  /** 1 once the helpers must end. */
  ended: 49,
  words: 64,
  /** Numbers (float64) of a call. */
  call: 16,
  /** Most calls of a turn. */
  calls: 128,
  /**
   * Number of times that a helper looks for calls before it sleeps: about 1.5 ms, longer than the caller
   * works on its own within a step. A wake-up takes 150 µs, as long as many calls.
   */
  looks: 200_000,
  /**
   * Number of times that the caller looks for the end of the last calls before it sleeps: few, since they may
   * wait for its processor.
   */
  looksForEnd: 3_000,
} as const;

/** Bytes of the control memory. */
export const controlBytes = 4 * layout.words + 8 * layout.call * layout.calls;

/**
 * Script of a helper, as text, so that it needs no file of its own with any bundler, and runs in workers of
 * Node and of browsers. It runs calls while there are any, and sleeps in between.
 */
export const helperScript = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
port.onmessage = async ({ data: { module, memory, control, scratch, kernels, layout } }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const words = new Int32Array(memory.buffer, control, layout.words);
  const numbers = new Float64Array(memory.buffer, control + 4 * layout.words, layout.call * layout.calls);
  const functions = kernels.map(([name]) => exports[name]);
  const call = number => {
    const at = number * layout.call;
    const kernel = numbers[at];
    const args = numbers.slice(at + 1, at + 1 + functions[kernel].length);
    const scratchAt = kernels[kernel][1];
    if (scratchAt >= 0) args[scratchAt] = scratch;
    functions[kernel](...args);
  };
  port.postMessage('ready');
  while (Atomics.load(words, layout.ended) === 0) {
    const turn = Atomics.load(words, layout.turn);
    for (let left = Atomics.sub(words, layout.left, 1); left > 0; left = Atomics.sub(words, layout.left, 1)) {
      try {
        call(left - 1);
      } catch {
        Atomics.store(words, layout.failed, 1);
      }
      Atomics.add(words, layout.done, 1);
      Atomics.notify(words, layout.done);
    }
    for (let looks = 0; looks < layout.looks && Atomics.load(words, layout.turn) === turn; looks++);
    Atomics.wait(words, layout.turn, turn);
  }
  if (port.close) port.close();
};
`;
