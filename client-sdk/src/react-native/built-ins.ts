import { Controller, PhoneAbortSignal } from './abort.ts';
import { Utf8Decoder, Utf8Encoder } from './utf8.ts';

/**
 * Adds features of language and platform that the SDK needs, where the engine lacks them:
 * text encoding, cancelling, and methods of ES2022 and ES2023. Replaces nothing, except
 * an `AbortController` without reasons.
 */
export function fillBuiltIns(surroundings: object): void {
  const all = surroundings as Record<string, unknown>;
  all.TextEncoder ??= Utf8Encoder;
  all.TextDecoder ??= Utf8Decoder;
  all.queueMicrotask ??= (work: () => void) => void Promise.resolve().then(work);
  const signal = all.AbortSignal as { any?: unknown; prototype: object } | undefined;
  if (!signal?.any || !('throwIfAborted' in signal.prototype)) {
    all.AbortController = Controller;
    all.AbortSignal = PhoneAbortSignal;
  }
  if (!Symbol.asyncIterator) define(Symbol, 'asyncIterator', Symbol('Symbol.asyncIterator'));
  fillMethods();
  mendFrom();
}

function fillMethods(): void {
  const typed = Object.getPrototypeOf(Uint8Array.prototype) as object;
  for (const prototype of [Array.prototype, String.prototype, typed]) define(prototype, 'at', at);
  for (const prototype of [Array.prototype, typed]) {
    define(prototype, 'toSorted', function (this: unknown[], compare?: (a: unknown, b: unknown) => number) {
      return this.slice().sort(compare);
    });
    define(prototype, 'toReversed', function (this: unknown[]) {
      return this.slice().reverse();
    });
  }
  define(Object, 'hasOwn', (object: object, name: PropertyKey) => Object.hasOwn(object, name));
}

/** Fixes `TypedArray.from` of Hermes 0.12, which silently treats an iterator as an empty list. */
function mendFrom(): void {
  if (Uint8Array.from(new Set([1])).length === 1) return;
  const typed = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array;
  const { from } = typed;
  const mended = function (this: typeof Uint8Array, source: Iterable<number>, ...rest: []) {
    const isList = Array.isArray(source) || ArrayBuffer.isView(source);
    return from.call(this, !isList && source[Symbol.iterator] ? Array.from(source) : source, ...rest);
  };
  Object.defineProperty(typed, 'from', { value: mended, writable: true, configurable: true });
}

function at<Item>(this: ArrayLike<Item>, index: number): Item | undefined {
  const place = Math.trunc(index) || 0;
  return this[place < 0 ? this.length + place : place];
}

function define(object: object, name: PropertyKey, value: unknown): void {
  if (!(name in object)) Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

fillBuiltIns(globalThis);
