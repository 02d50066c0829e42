import type { Address } from '../kernels.ts';

/** What a helper is told first. */
export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the words and the calls of `layout` lie: `controlBytes`. */
  readonly control: Address;
  /** The helper's own scratch memory. */
  readonly scratch: Address;
  /** Kernels by their numbers, and which of their arguments is scratch memory; −1 for none. */
  readonly kernels: readonly (readonly [name: string, scratchAt: number])[];
  readonly layout: typeof layout;
}

/**
 * What threads tell each other in the shared memory: words of their own cache lines, and then the calls, each as the number of its
 * kernel and its arguments, in float64.
 */
export const layout = {
  /** Counts what there was to do; a change wakes the helpers. */
  turn: 0,
  /** Calls that nobody has taken yet; may be below 0. Whoever lowers it from above 0 has taken the call of that number less one. */
  left: 16,
  /** Calls that are done. */
  done: 32,
  /** 1 once a call has failed. */
  failed: 48,
  /** 1 once the helpers shall end. */
  ended: 49,
  words: 64,
  /** Numbers of a call. */
  call: 16,
  /** Calls at a time. */
  calls: 128,
  /**
   * How often a helper looks for calls before it sleeps: for some 1.5 ms, longer than the caller works alone within a step. To be woken
   * takes 150 µs, as much as many a call.
   */
  looks: 200_000,
  /** How often the caller looks for the end of the last calls before it sleeps: briefly, since they may wait for its processor. */
  looksForEnd: 3_000,
} as const;

/** Bytes that these take. */
export const controlBytes = 4 * layout.words + 8 * layout.call * layout.calls;

/**
 * The script of a helper, as text: so it needs no file of its own, whatever put the engine together, and runs in workers of Node and
 * of browsers. It takes calls as long as there are any, and sleeps in between.
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
