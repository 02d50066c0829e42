import { type CountedNgram, keyOf } from './counted-ngrams.ts';
import type { Ngram } from './ngram-file.ts';

/** Counts on a device from which it reports each doubling of an n-gram. */
const times = [1, 2, 4, 8, 16] as const;
/**
 * Increase of the count for each device that reports a doubling: a device that has the n-gram c times adds
 * the greatest of `times` up to c.
 */
const adds = times.map((all, doubling) => all - (times[doubling - 1] ?? 0));

/** Numbers of one n-gram in a list (QY12). */
export const doublings = times.length;
/** Maximum that one device adds to the count of an n-gram. */
export const mostOfDevice = times.at(-1)!;

/**
 * Numbers by which a device reports how often it has the n-grams of a list; n-grams not on the list are left
 * out.
 */
export function listNumbers(own: readonly CountedNgram[], list: readonly (readonly number[])[]): number[] {
  const places = new Map(list.map((ids, place) => [keyOf(ids), place]));
  return own.flatMap(({ ids, count }) => {
    const place = places.get(keyOf(ids));
    if (place === undefined) return [];
    return times.flatMap((least, doubling) => (count < least ? [] : [place * doublings + doubling]));
  });
}

/** N-grams of a list that at least the query's threshold of devices have, with their counts. */
export function ngramsOfList(
  list: readonly (readonly number[])[],
  devices: ReadonlyMap<number, number>,
): Ngram[] {
  return list.flatMap((ids, place) => {
    const count = adds.reduce(
      (sum, each, doubling) => sum + each * (devices.get(place * doublings + doubling) ?? 0),
      0,
    );
    return devices.has(place * doublings) ? [{ ids, count }] : [];
  });
}
