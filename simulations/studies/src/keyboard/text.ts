import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { FederatedText } from '@murmuration/simulations/data/federated-text';
import type { HeldOutText } from './evaluate.ts';

/** Returns the held-out messages of all phones. */
export function heldOutMessages({ phones }: FederatedText): readonly string[] {
  return phones.flatMap(({ heldOut }) => heldOut);
}

/**
 * Returns a vocabulary of `size` ids and the held-out messages of all phones, for studies that are not about
 * the vocabulary. It comes from the pooled training text, which no real coordinator has: the study
 * `vocabulary` finds one without it.
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
