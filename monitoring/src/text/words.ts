/** The words of a text, lower case; letters, digits and apostrophes of any script. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? [];
}

/** How long texts are, in characters. */
export function lengthsOf(texts: readonly string[]): Float64Array {
  return Float64Array.from(texts, text => [...text].length);
}

/** The share of words, of each text with any, that are not known. */
export function unknownShares(texts: readonly string[], known: ReadonlySet<string>): Float64Array {
  return Float64Array.from(
    texts.flatMap(text => {
      const words = wordsOf(text);
      return words.length > 0 ? [words.filter(word => !known.has(word)).length / words.length] : [];
    }),
  );
}

/** The words of texts that are there at least so often. */
export function vocabularyOf(texts: readonly string[], least = 1): Set<string> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= least).map(([word]) => word));
}
