import { Controller, Signal } from './abort.ts';
import { Utf8Decoder, Utf8Encoder } from './utf8.ts';

/**
 * Gives an engine what the SDK needs of the language and of the platform, where it has not that itself: text encoding, cancelling, and
 * methods of ES2022 and ES2023. What there is stays as it is, but for an `AbortController` that can't say why it was aborted.
 */
export function fillBuiltIns(surroundings: object): void {
  const all = surroundings as Record<string, unknown>;
  all.TextEncoder ??= Utf8Encoder;
  all.TextDecoder ??= Utf8Decoder;
  all.queueMicrotask ??= (work: () => void) => void Promise.resolve().then(work);
  const signal = all.AbortSignal as { any?: unknown; prototype: object } | undefined;
  if (!signal?.any || !('throwIfAborted' in signal.prototype)) {
    all.AbortController = Controller;
    all.AbortSignal = Signal;
  }
  if (!Symbol.asyncIterator) define(Symbol, 'asyncIterator', Symbol('Symbol.asyncIterator'));
  fillMethods();
}

function fillMethods(): void {
  const typed = Object.getPrototypeOf(Uint8Array.prototype) as object;
  for (const prototype of [Array.prototype, String.prototype, typed]) define(prototype, 'at', at);
  define(
    Array.prototype,
    'toSorted',
    function (this: unknown[], compare?: (a: unknown, b: unknown) => number) {
      return this.slice().sort(compare);
    },
  );
  define(Array.prototype, 'toReversed', function (this: unknown[]) {
    return this.slice().reverse();
  });
  define(Object, 'hasOwn', (object: object, name: PropertyKey) => Object.hasOwn(object, name));
}

function at<Item>(this: ArrayLike<Item>, index: number): Item | undefined {
  const place = Math.trunc(index) || 0;
  return this[place < 0 ? this.length + place : place];
}

function define(object: object, name: PropertyKey, value: unknown): void {
  if (!(name in object)) Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

fillBuiltIns(globalThis);
