import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/** Returns the words of messages, with repeats and without numbers. */
export function wordsOf(messages: readonly string[]): string[] {
  return messages.flatMap(tokensOf).filter(token => token !== numberToken);
}

/** Counts the phones on which each word was typed. */
export function phonesByWord(phones: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of phones)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Returns the share of typed words that a vocabulary has. */
export function coverage(typed: readonly string[], vocabulary: Iterable<string>): number {
  const known = new Set(vocabulary);
  return typed.filter(word => known.has(word)).length / typed.length;
}
