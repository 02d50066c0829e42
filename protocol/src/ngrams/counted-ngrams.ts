/** Map from the ids of an n-gram, as the text of `keyOf`, to a value; all have the same length. */
export type Ngrams<Value> = ReadonlyMap<string, Value>;

/** N-gram of a device, and how often it occurs there. */
export interface CountedNgram {
  readonly ids: readonly number[];
  readonly count: number;
}

/** N-grams of its sequences that a device counts. */
export interface NgramsAsked {
  /** Ids of each; the last is a class. */
  readonly length: number;
  /** First id that is a class. */
  readonly firstClass: number;
  /** Maximum n-grams that a device reports: its most frequent ones. */
  readonly most: number;
  /**
   * N-grams shorter by one id that many devices have. An n-gram with a rare one at its beginning or end is
   * not reported, since it is even rarer (Agrawal and Srikant 1994). Undefined for the shortest ones.
   */
  readonly shorter?: Ngrams<unknown> | undefined;
}

export const keyOf = (ids: readonly number[]): string => ids.join(' ');
const idsOf = (key: string): number[] => key.split(' ').map(Number);

/**
 * Counts the n-grams of a device's sequences; the most frequent first, equally frequent ones in the order of
 * their keys.
 */
export function countNgrams(
  sequences: Iterable<readonly number[]>,
  { length, firstClass, most, shorter }: NgramsAsked,
): CountedNgram[] {
  const counts = new Map<string, number>();
  const isRare = (part: readonly number[]) => part.at(-1)! >= firstClass && !shorter!.has(keyOf(part));
  for (const sequence of sequences)
    for (let end = length; end <= sequence.length; end++) {
      if (sequence[end - 1]! < firstClass) continue;
      const ids = sequence.slice(end - length, end);
      const key = keyOf(ids);
      const known = counts.get(key);
      if (known === undefined && shorter && (isRare(ids.slice(1)) || isRare(ids.slice(0, -1)))) continue;
      counts.set(key, (known ?? 0) + 1);
    }
  return [...counts]
    .sort(([a, times], [b, timesOfB]) => timesOfB - times || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key, count]) => ({ ids: idsOf(key), count }));
}
