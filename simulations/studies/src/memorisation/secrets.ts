import { startId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { readTidily } from '@murmuration/engine/tfjs/read';
import * as tf from '@murmuration/engine/tfjs/tf';

/** Number of words in a secret. */
const secretWords = 9;
/** Number of its first words, which the attacker knows. */
export const prefixWords = 4;

/** Draws messages of random words from the vocabulary; `uniform` returns numbers in [0, 1). */
export function secretsOf(count: number, { words }: Vocabulary, uniform: () => number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: secretWords }, () => words[Math.floor(uniform() * words.length)]!).join(' '),
  );
}

/** True if a model, given the first words of a message, predicts each of the others as its likeliest word. */
export function saidWordForWord(model: tf.LayersModel, vocabulary: Vocabulary, message: string): boolean {
  const ids = vocabulary.encode(message);
  // As long as it is right, its own output equals the message.
  const inputs = [startId, ...ids.slice(0, -1)];
  const likeliest = readTidily(() =>
    (model.predict(tf.tensor2d([inputs], undefined, 'int32')) as tf.Tensor3D).argMax(-1).dataSync(),
  );
  return ids.every((id, at) => at < prefixWords || likeliest[at] === id);
}
