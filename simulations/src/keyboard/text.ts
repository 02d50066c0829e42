import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { FederatedText } from '../data/federated-text.ts';
import type { HeldOutText } from './evaluate.ts';

/**
 * The vocabulary of `size` ids, and the held-out messages of all phones. The vocabulary is taken from the pooled training text
 * of the phones: a shortcut of the simulation, since real phones would not show theirs. There it comes from public text.
 */
export function heldOutText({ phones }: FederatedText, size: number): HeldOutText {
  return {
    words: mostFrequentWords(
      phones.flatMap(({ train }) => train),
      size,
    ).words,
    messages: phones.flatMap(({ heldOut }) => heldOut),
  };
}
