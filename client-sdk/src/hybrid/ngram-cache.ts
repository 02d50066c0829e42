import type { Serving } from '@murmuration/engine/inference/serving';
import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inputOf } from './asked.ts';
import { NgramCounts } from './ngram-counts.ts';
import type { OpenPersonal, PersonalModel } from './personal.ts';
import { inTurns } from './turns.ts';

export interface NgramCacheOptions {
  /** Newest n-grams that it remembers, 12 bytes each in the storage; 20,000 by default. */
  readonly capacity?: number;
}

/** Stands for the input before the first one. */
const none = 2 ** 32 - 1;

/**
 * A personal model of text: what followed which one or two tokens on this device (a cache language model, Kuhn and De Mori 1990). It
 * needs no training and no global model, and takes each example as it is made.
 */
export function ngramCache({ capacity = 20_000 }: NgramCacheOptions = {}): PersonalModel {
  return {
    name: 'ngram-cache',
    needsGlobal: false,
    empty: new Uint8Array(0),
    async learn({ examples, previous, signal }, { serving }) {
      if (examples.length === 0) return previous;
      const counts = new NgramCounts(capacity);
      await inTurns(examples, signal, example => count(example, counts, serving));
      return encode(counts);
    },
    async open(bytes, _, { serving }) {
      return opened(decode(bytes, capacity, serving), serving);
    },
  };
}

function opened(counts: NgramCounts, serving: Serving<unknown>): OpenPersonal {
  const { classes, firstClass } = serving;
  const after = (input: readonly number[], position: number) =>
    counts.probabilities(input[position]!, input[position - 1] ?? none, classes, firstClass);
  return {
    async predict(asked) {
      const input = inputOf(serving, asked);
      return after(input, input.length - 1);
    },
    async answer(example) {
      const { input, targets } = serving.questions(example);
      const values = new Float32Array(targets.length * classes);
      for (const [question, { position }] of targets.entries())
        values.set(after(input, position), question * classes);
      return values;
    },
    confidence(asked) {
      const input = inputOf(serving, asked);
      return counts.known(input.at(-1)!, input.at(-2) ?? none);
    },
    confidences(example) {
      const { input, targets } = serving.questions(example);
      return targets.map(({ position }) => counts.known(input[position]!, input[position - 1] ?? none));
    },
    observe: example => count(example, counts, serving),
    bytes: () => encode(counts),
    isReady: () => counts.size > 0,
    async close() {},
  };
}

function count(example: unknown, counts: NgramCounts, serving: Serving<unknown>): void {
  const { input, targets } = serving.questions(example);
  for (const { position, class: next } of targets)
    counts.add([input[position]!, input[position - 1] ?? none, next]);
}

function encode(counts: NgramCounts): Uint8Array {
  const writer = new ByteWriter(12 * counts.size);
  for (const ngram of counts) for (const id of ngram) writer.u32(id);
  return writer.bytes;
}

function decode(bytes: Uint8Array, capacity: number, { classes, firstClass }: Serving<unknown>): NgramCounts {
  const counts = new NgramCounts(capacity);
  const reader = new ByteReader(bytes);
  if (bytes.length % 12 !== 0) throw new MurmurationError('hybrid.damaged');
  while (reader.remaining > 0) {
    const [previous, older, next] = [reader.u32(), reader.u32(), reader.u32()];
    if (next < firstClass || next >= classes)
      throw new MurmurationError(
        'hybrid.damaged',
        `The n-gram cache holds the class ${next}, which the task has not.`,
      );
    counts.add([previous, older, next]);
  }
  return counts;
}
