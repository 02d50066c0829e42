import type { Serving } from '@murmuration/engine/inference/serving';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { keyboardTransformer } from './transformer.ts';
import { firstWordId, startId, type Vocabulary } from './vocabulary.ts';

/** Tokens before the caret that a suggestion looks back on, at most. */
const context = 32;

/**
 * How the keyboard's model is put to use: asked for the word after a text, and scored on the words of messages; and for inference servers its
 * transformer, from texts to words.
 */
export function keyboardServing(
  vocabulary: Vocabulary,
): Serving<string> & { readonly transformer: Transformer } {
  const encode = (text: string) => {
    const ids = vocabulary.encode(text);
    return ids.length < context ? [startId, ...ids] : ids.slice(-context);
  };
  return {
    transformer: keyboardTransformer(vocabulary, encode),
    classes: vocabulary.size,
    firstClass: firstWordId,
    input(asked) {
      if (typeof asked !== 'string') throw new RangeError('The keyboard is asked with the text so far.');
      return encode(asked);
    },
    questions(message) {
      const ids = vocabulary.encode(message);
      return {
        input: [startId, ...ids.slice(0, -1)],
        targets: ids.flatMap((id, position) => (id >= firstWordId ? { position, class: id } : [])),
      };
    },
  };
}
