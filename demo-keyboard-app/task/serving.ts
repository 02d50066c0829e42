import type { Serving } from '@murmuration/engine/inference/serving';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { numberOf } from './own-numbers.ts';
import { tokensOf } from './tokens.ts';
import { keyboardTransformer } from './transformer.ts';
import { firstWordId, startId, unknownId, type Vocabulary } from './vocabulary.ts';

/** Most tokens before the caret that a suggestion takes into account. */
const context = 32;

/**
 * Serving of the keyboard's model: predicts the word after a text, and is scored on the words of messages.
 * Includes the transformer of inference servers, from texts to words.
 */
export function keyboardServing(
  vocabulary: Vocabulary,
): Serving<string> & { readonly transformer: Transformer } {
  const lastOf = (ids: readonly number[]) => (ids.length < context ? [startId, ...ids] : ids.slice(-context));
  const encode = (text: string) => lastOf(vocabulary.encode(text));
  const numbersOf = (text: string) => tokensOf(text).map(token => numberOf(token, vocabulary));
  const inputOf = (asked: unknown, encode: (text: string) => readonly number[]) => {
    if (typeof asked !== 'string') throw new RangeError('The keyboard is asked with the text so far.');
    return encode(asked);
  };
  const questionsOf = (ids: readonly number[]) => ({
    input: [startId, ...ids.slice(0, -1)],
    targets: ids.flatMap((id, position) => (id >= firstWordId ? { position, class: id } : [])),
  });
  return {
    transformer: keyboardTransformer(vocabulary, encode),
    classes: vocabulary.size,
    firstClass: firstWordId,
    grows: { unknown: unknownId },
    input: asked => inputOf(asked, encode),
    questions: message => questionsOf(vocabulary.encode(message)),
    own: {
      input: asked => inputOf(asked, text => lastOf(numbersOf(text))),
      questions: message => questionsOf(numbersOf(message)),
    },
  };
}
