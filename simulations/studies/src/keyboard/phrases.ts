import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { phrasesQueryName } from '@murmuration/demo-keyboard-app/task/query-names';
import type { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';

/** What a phone says of its messages where it is asked for its n-grams. */
export function phraseAnswers(
  messages: readonly string[],
  vocabulary: Vocabulary,
): Readonly<Record<string, AnswerOptions>> {
  return {
    [phrasesQueryName]: { kinds: ['ngrams'], answer: () => sequencesOf(messages, vocabulary) },
  };
}
