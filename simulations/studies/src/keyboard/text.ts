import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { FederatedText } from '@murmuration/simulations/data/federated-text';
import type { HeldOutText } from './evaluate.ts';

/** The held-out messages of all phones. */
export function heldOutMessages({ phones }: FederatedText): readonly string[] {
  return phones.flatMap(({ heldOut }) => heldOut);
}

/**
 * A vocabulary of `size` ids, and the held-out messages of all phones, for studies that ask other questions than which words there are. The
 * vocabulary is taken from the pooled training text of the phones, which no coordinator of real ones has: `vocabulary` finds one without it.
 */
export function heldOutText(text: FederatedText, size: number): HeldOutText {
  return {
    words: mostFrequentWords(
      text.phones.flatMap(({ train }) => train),
      size,
    ).words,
    messages: heldOutMessages(text),
  };
}
