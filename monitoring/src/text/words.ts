/** Returns the words of a text in lower case; they have letters, digits and apostrophes of any script. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? [];
}

/** Returns the lengths of texts in characters. */
export function lengthsOf(texts: readonly string[]): Float64Array {
  return Float64Array.from(texts, text => [...text].length);
}

/** Returns the share of unknown words of each text with any words. */
export function unknownShares(texts: readonly string[], known: ReadonlySet<string>): Float64Array {
  return Float64Array.from(
    texts.flatMap(text => {
      const words = wordsOf(text);
      return words.length > 0 ? [words.filter(word => !known.has(word)).length / words.length] : [];
    }),
  );
}

/** Returns the words that occur at least `least` times in texts. */
export function vocabularyOf(texts: readonly string[], least = 1): Set<string> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= least).map(([word]) => word));
}
