import { numberToken, tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/** The words of messages, each as often as it was typed; numbers are none. */
export function wordsOf(messages: readonly string[]): string[] {
  return messages.flatMap(tokensOf).filter(token => token !== numberToken);
}

/** On how many phones each word was typed. */
export function phonesByWord(phones: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of phones)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The share of typed words that a vocabulary has. */
export function coverage(typed: readonly string[], vocabulary: Iterable<string>): number {
  const known = new Set(vocabulary);
  return typed.filter(word => known.has(word)).length / typed.length;
}
