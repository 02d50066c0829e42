import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { phrasesQueryName } from '@murmuration/demo-keyboard-app/task/query-names';
import type { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';

/** Returns a phone's answer to the query for n-grams. */
export function phraseAnswers(
  messages: readonly string[],
  vocabulary: Vocabulary,
): Readonly<Record<string, AnswerOptions>> {
  return {
    [phrasesQueryName]: { kinds: ['ngrams'], answer: () => sequencesOf(messages, vocabulary) },
  };
}
