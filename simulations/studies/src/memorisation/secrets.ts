import { startId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { readTidily } from '@murmuration/engine/tfjs/read';
import * as tf from '@murmuration/engine/tfjs/tf';

/** Words of a secret. */
const secretWords = 9;
/** The first of them, which whoever looks for it knows. */
export const prefixWords = 4;

/** Messages of words that nobody puts together, each by itself, of the vocabulary's; `uniform` hands out numbers from 0 to 1, 1 excluded. */
export function secretsOf(count: number, { words }: Vocabulary, uniform: () => number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: secretWords }, () => words[Math.floor(uniform() * words.length)]!).join(' '),
  );
}

/** Whether a model, after the first words of a message, says all others, each as its likeliest word. */
export function saidWordForWord(model: tf.LayersModel, vocabulary: Vocabulary, message: string): boolean {
  const ids = vocabulary.encode(message);
  // While it is right, what it has said is the message.
  const inputs = [startId, ...ids.slice(0, -1)];
  const likeliest = readTidily(() =>
    (model.predict(tf.tensor2d([inputs], undefined, 'int32')) as tf.Tensor3D).argMax(-1).dataSync(),
  );
  return ids.every((id, at) => at < prefixWords || likeliest[at] === id);
}
