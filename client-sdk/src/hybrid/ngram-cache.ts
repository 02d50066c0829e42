import type { Serving } from '@murmuration/engine/inference/serving';
import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inputOf } from './asked.ts';
import { type Context, levels, longestContext, NgramCounts } from './ngram-counts.ts';
import type { OpenPersonal, PersonalModel } from './personal.ts';
import { inTurns } from './turns.ts';

export interface NgramCacheOptions {
  /** Most n-grams in memory, the newest, 16 bytes each in the storage. @default 20_000 */
  readonly capacity?: number;
  /** Age, in counts, at which an n-gram counts half; infinite if all count alike. @default 1_500 */
  readonly halfLife?: number;
}

/** Stands for inputs before the first one. */
const noInput = 2 ** 32 - 1;
/** First 4 bytes; tells this format from others. */
const formatMark = 0x4e474334;
const bytesOfNgram = 4 * (longestContext + 1);

/**
 * Returns a personal model of text: which tokens followed the last one, two or three tokens on this device,
 * newer ones weighted more (a cache language model, Kuhn and De Mori 1990; with the decay of Clarkson and
 * Robinson 1997). It needs no training and no global model, and learns each example at once. Throws
 * `RangeError` for a capacity or half-life below 1.
 */
export function ngramCache({ capacity = 20_000, halfLife = 1_500 }: NgramCacheOptions = {}): PersonalModel {
  if (!(capacity >= 1)) throw new RangeError(`capacity is ${capacity}, not 1 or above.`);
  if (!(halfLife >= 1)) throw new RangeError(`halfLife is ${halfLife}, not 1 or above.`);
  const empty = ({ classes }: Serving<unknown>) => new NgramCounts(capacity, halfLife, classes);
  return {
    name: 'ngram-cache',
    needsGlobal: false,
    empty: new Uint8Array(0),
    async learn({ examples, previous, signal }, { serving }) {
      if (examples.length === 0) return previous;
      const counts = empty(serving);
      await inTurns(examples, signal, example => count(example, counts, serving));
      return encode(counts);
    },
    async open(bytes, _, { serving }) {
      return opened(decode(bytes, empty(serving), serving), serving);
    },
  };
}

function opened(counts: NgramCounts, serving: Serving<unknown>): OpenPersonal {
  const { classes, firstClass, own = serving } = serving;
  /** Level of a context; higher after numbers beyond the classes, where models without these know less. */
  const levelAt = (context: Context) =>
    counts.known(context) + (context[0] >= classes && context[0] < noInput ? levels : 0);
  const endOf = (asked: unknown) => {
    const input = inputOf(own, asked);
    return contextAt(input, input.length - 1);
  };
  return {
    async predict(asked) {
      return counts.probabilities(endOf(asked), firstClass);
    },
    async answer(example) {
      const { targets } = serving.questions(example);
      const { input } = own.questions(example);
      const values = new Float32Array(targets.length * classes);
      for (const [question, { position }] of targets.entries())
        values.set(counts.probabilities(contextAt(input, position), firstClass), question * classes);
      return values;
    },
    ...(serving.own && { own: asked => counts.beyond(endOf(asked)) }),
    confidence: asked => levelAt(endOf(asked)),
    confidences(example) {
      const { targets } = serving.questions(example);
      const { input } = own.questions(example);
      return targets.map(({ position }) => levelAt(contextAt(input, position)));
    },
    observe: example => count(example, counts, serving),
    bytes: () => encode(counts),
    isReady: () => counts.size > 0,
    async close() {},
  };
}

/** Returns the inputs up to a position, the nearest first. */
function contextAt(input: readonly number[], position: number): Context {
  return [input[position]!, input[position - 1] ?? noInput, input[position - 2] ?? noInput];
}

function count(example: unknown, counts: NgramCounts, serving: Serving<unknown>): void {
  const { input, targets } = (serving.own ?? serving).questions(example);
  for (const { position, class: next } of targets) counts.add([...contextAt(input, position), next]);
}

function encode(counts: NgramCounts): Uint8Array {
  const writer = new ByteWriter(4 + bytesOfNgram * counts.size);
  writer.u32(formatMark);
  for (const ngram of counts) for (const id of ngram) writer.u32(id);
  return writer.bytes;
}

function decode(
  bytes: Uint8Array,
  counts: NgramCounts,
  { classes, firstClass, own }: Serving<unknown>,
): NgramCounts {
  if (bytes.length === 0) return counts;
  const reader = new ByteReader(bytes);
  if (bytes.length % bytesOfNgram !== 4 || reader.u32() !== formatMark)
    throw new MurmurationError('hybrid.damaged');
  while (reader.remaining > 0) {
    const [previous, older, oldest, next] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
    if (next < firstClass || (next >= classes && !own))
      throw new MurmurationError(
        'hybrid.damaged',
        `The n-gram cache holds the class ${next}, which the task has not.`,
      );
    counts.add([previous, older, oldest, next]);
  }
  return counts;
}
