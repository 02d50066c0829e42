import { type CountedNgram, countNgrams, keyOf } from '../ngrams/counted-ngrams.ts';
import { listed, readIdList } from '../ngrams/id-list.ts';
import { doublings, listNumbers } from '../ngrams/ngram-list.ts';
import { sketchNumbers } from '../ngrams/ngram-sketch.ts';
import type { NgramsQuery } from './query.ts';

/** Numbers that a device can report in a round: five for each n-gram of a list; all buckets of a sketch. */
export function ngramElements({ classes, firstClass, sketches, step }: NgramsQuery): number {
  if (step?.asks === 'sketch') {
    const { rows, buckets } = sketches[step.length - 2]!;
    return rows * buckets;
  }
  return doublings * (step ? listed(step.ngrams) : classes - firstClass);
}

/** Numbers of one n-gram. */
export const numbersOfNgram = ({ sketches, step }: NgramsQuery): number =>
  step?.asks === 'sketch' ? sketches[step.length - 2]!.rows : doublings;

/**
 * N-grams that a round counts, in the order of their numbers; empty for a sketch. Throws `request.invalid`
 * for a malformed list.
 */
export function listOf({ classes, firstClass, step }: NgramsQuery): readonly (readonly number[])[] {
  if (!step) return Array.from({ length: classes - firstClass }, (_, i) => [firstClass + i]);
  return step.asks === 'list' ? readIdList(step.ngrams, { length: step.length, classes, firstClass }) : [];
}

/** True if a value is a list of sequences of ids. */
export function areSequences(value: unknown): value is readonly (readonly number[])[] {
  return (
    Array.isArray(value) &&
    value.every(each => Array.isArray(each) && each.every(id => Number.isInteger(id) && id >= 0))
  );
}

/**
 * Encodes a device's addend to the sum of a round: 1 for each number that it reports, for at most `values`
 * n-grams of the length. Sequences are ids, oldest first; n-grams with an id that is not below `classes` are
 * left out. Throws `request.invalid` for a malformed list.
 */
export function encodeNgramAnswer(query: NgramsQuery, sequences: readonly (readonly number[])[]): Int32Array {
  const sum = new Int32Array(ngramElements(query));
  for (const number of numbersSaid(query, sequences)) sum[number] = 1;
  return sum;
}

function numbersSaid(query: NgramsQuery, sequences: readonly (readonly number[])[]): readonly number[] {
  const { classes, firstClass, values, sketches, step } = query;
  const length = step?.length ?? 1;
  const known = sequences.flatMap(each => withoutUnknown(each, classes));
  if (step?.asks !== 'sketch') {
    const list = listOf(query);
    const own = countNgrams(known, { length, firstClass, most: Number.POSITIVE_INFINITY });
    const isListed = new Set(list.map(keyOf));
    return listNumbers(own.filter(({ ids }) => isListed.has(keyOf(ids))).slice(0, values), list);
  }
  const shorter = readIdList(step.ngrams, { length: length - 1, classes, firstClass });
  const own: readonly CountedNgram[] = countNgrams(known, {
    length,
    firstClass,
    most: values,
    shorter: new Map(shorter.map(ids => [keyOf(ids), true])),
  });
  return own.flatMap(({ ids }) => sketchNumbers(ids, sketches[length - 2]!));
}

/** Splits a sequence at ids that the query does not know. */
function withoutUnknown(sequence: readonly number[], classes: number): readonly (readonly number[])[] {
  const parts: number[][] = [[]];
  for (const id of sequence) {
    if (id < classes) parts.at(-1)!.push(id);
    else parts.push([]);
  }
  return parts;
}

/**
 * True if the query's list is well formed and no longer than a cohort's answers can make it: each device
 * reports at most `values` n-grams, and at least the threshold of devices have reported each on the list.
 */
export function isSoundNgrams(query: NgramsQuery, largestCohort: number): boolean {
  const { classes, firstClass, values, threshold, step } = query;
  if (!step) return true;
  const length = step.asks === 'sketch' ? step.length - 1 : step.length;
  try {
    if (listed(step.ngrams) > mostNgrams({ values, threshold }, largestCohort)) return false;
    readIdList(step.ngrams, { length, classes, firstClass });
    return true;
  } catch {
    return false;
  }
}

/** Maximum n-grams of a length that at least the threshold of a cohort's devices can have reported. */
export function mostNgrams(
  { values, threshold }: Pick<NgramsQuery, 'values' | 'threshold'>,
  largestCohort: number,
): number {
  return Math.floor((largestCohort * values) / threshold);
}
