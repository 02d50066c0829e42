export const wordList = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'slept'];

/** Messages of one device, others than those of the next. */
export function examplesOf(device: number): string[] {
  const word = (i: number) => wordList[(device + i) % wordList.length]!;
  return Array.from(
    { length: 6 },
    (_, i) => `the ${word(i)} and the ${word(3 * i + 1)} sat on ${word(i + 2)}`,
  );
}
