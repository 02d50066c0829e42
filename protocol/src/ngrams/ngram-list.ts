import { type CountedNgram, keyOf } from './counted-ngrams.ts';
import type { Ngram } from './ngram-file.ts';

/** How often a device has to have an n-gram to say its number of each doubling. */
const times = [1, 2, 4, 8, 16] as const;
/** What each more device that says so adds to the count: one that has it c times adds the greatest of the above up to c. */
const adds = times.map((all, doubling) => all - (times[doubling - 1] ?? 0));

/** Numbers of one n-gram in a list (QY12). */
export const doublings = times.length;
/** What a device adds to the count of one n-gram, at most. */
export const mostOfDevice = times.at(-1)!;

/** The numbers by which a device says how often it has the n-grams of a list; what is not on the list is left out. */
export function listNumbers(own: readonly CountedNgram[], list: readonly (readonly number[])[]): number[] {
  const places = new Map(list.map((ids, place) => [keyOf(ids), place]));
  return own.flatMap(({ ids, count }) => {
    const place = places.get(keyOf(ids));
    if (place === undefined) return [];
    return times.flatMap((least, doubling) => (count < least ? [] : [place * doublings + doubling]));
  });
}

/** The n-grams of a list that as many devices have as the threshold of the query, with their counts. */
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
