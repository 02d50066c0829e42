/** N-grams of one length that a device has, or that are known of all of them: by their ids as a text, which `keyOf` makes. */
export type Ngrams<Value> = ReadonlyMap<string, Value>;

/** An n-gram, and how often a device has it. */
export interface CountedNgram {
  readonly ids: readonly number[];
  readonly count: number;
}

/** Which n-grams of its sequences a device counts. */
export interface NgramsAsked {
  /** Ids of each, the last of which is a class. */
  readonly length: number;
  /** The first id that is a class. */
  readonly firstClass: number;
  /** N-grams that a device says, at most: its most frequent ones. */
  readonly most: number;
  /**
   * Those that are one shorter and that many devices have: what has a rare one at its beginning or end is not said, since it is rarer still
   * (Agrawal and Srikant 1994). Undefined for the shortest ones.
   */
  readonly shorter?: Ngrams<unknown> | undefined;
}

export const keyOf = (ids: readonly number[]): string => ids.join(' ');
const idsOf = (key: string): number[] => key.split(' ').map(Number);

/** The n-grams of a device's sequences, the most frequent first, of equally frequent ones in the order of their keys. */
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
