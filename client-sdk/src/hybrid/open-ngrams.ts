import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { KnownContext } from '@murmuration/protocol/ngrams/ngram-model';
import { inputOf } from './asked.ts';
import type { OpenPersonal } from './personal.ts';

/**
 * Maps the overall frequency of each class to the factor of its probabilities;
 * these are then scaled to the sum 1.
 */
export type Factors = (frequencies: Float32Array) => Float32Array;

/**
 * Opens a file of n-grams. Throws `model.corrupt` if it is malformed, or has other classes than the task,
 * unless the vocabulary grows.
 */
export async function openNgrams(
  bytes: Uint8Array,
  serving: Serving<unknown>,
  factors?: Factors,
): Promise<OpenPersonal> {
  const [{ decodeNgrams }, { NgramModel }] = await Promise.all([
    import('@murmuration/protocol/ngrams/ngram-file'),
    import('@murmuration/protocol/ngrams/ngram-model'),
  ]);
  const { classes, firstClass, grows } = serving;
  const model = new NgramModel(decodeNgrams(bytes));
  if ((model.classes !== classes && !grows) || model.firstClass !== firstClass)
    throw new MurmurationError(
      'model.corrupt',
      `The n-grams are of ${model.classes} classes from ${model.firstClass} on; the task has ${classes} from ${firstClass} on.`,
    );
  const all = model.classes > classes ? new Float32Array(model.classes) : undefined;
  const said = (input: ArrayLike<number>, end: number, into: Float32Array) => {
    if (all) into.set(model.probabilities(input, end, all).subarray(0, classes));
    else model.probabilities(input, end, into.subarray(0, model.classes));
    return into;
  };
  const scale =
    factors?.(said([], 0, new Float32Array(classes))) ?? (all && new Float32Array(classes).fill(1));
  const after = (input: ArrayLike<number>, end: number, into: Float32Array) =>
    scale ? scaled(said(input, end, into), scale) : said(input, end, into);
  return {
    async predict(asked) {
      const input = inputOf(serving, asked);
      return after(input, input.length, new Float32Array(classes));
    },
    async answer(example) {
      const { input, targets } = serving.questions(example);
      const values = new Float32Array(targets.length * classes);
      for (const [question, { position }] of targets.entries())
        after(input, position + 1, values.subarray(question * classes, (question + 1) * classes));
      return values;
    },
    confidence(asked) {
      const input = inputOf(serving, asked);
      return levelOf(model.known(input, input.length));
    },
    confidences(example) {
      const { input, targets } = serving.questions(example);
      return targets.map(({ position }) => levelOf(model.known(input, position + 1)));
    },
    async close() {},
  };
}

function scaled(values: Float32Array, scale: Float32Array): Float32Array {
  let sum = 0;
  for (let id = 0; id < values.length; id++) {
    values[id] = values[id]! * scale[id]!;
    sum += values[id]!;
  }
  for (let id = 0; id < values.length; id++) values[id] = values[id]! / sum;
  return values;
}

/** Occurrences of a context of two or more inputs from which on it is well known. */
const wellKnownCount = 40;

function levelOf({ depth, count }: KnownContext): number {
  if (depth < 2) return depth;
  return count < wellKnownCount ? 2 : 3;
}
