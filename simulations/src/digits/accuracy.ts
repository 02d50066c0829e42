import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/losses';
import * as tf from '@murmuration/engine/tf';
import type { Digit } from '../data/mnist.ts';
import { images } from './objective.ts';

/** Images of one pass: 500 of them take 50 MB in the convolutional network's first layer. */
const pass = 500;

/** How often a model names the digit, as a share from 0 to 1, and its mean loss in nats. Gives way to other work between passes. */
export async function digitAccuracy(
  model: tf.LayersModel,
  digits: readonly Digit[],
): Promise<{ accuracy: number; loss: number }> {
  let right = 0;
  let loss = 0;
  for (let from = 0; from < digits.length; from += pass) {
    const some = digits.slice(from, from + pass);
    const [hits, mean] = tf.tidy(() => {
      const logits = model.predict(images(some)) as tf.Tensor2D;
      const labels = tf.tensor1d(
        some.map(({ label }) => label),
        'int32',
      );
      return [
        logits.argMax(1).equal(labels).sum().dataSync()[0]!,
        sparseSoftmaxCrossEntropy(logits, labels).dataSync()[0]!,
      ];
    });
    right += hits;
    loss += mean * some.length;
    await tf.nextFrame();
  }
  return { accuracy: right / digits.length, loss: loss / digits.length };
}

/** What a model takes each digit for. Gives way to other work between passes. */
export async function classesOf(model: tf.LayersModel, digits: readonly Digit[]): Promise<number[]> {
  const classes: number[] = [];
  for (let from = 0; from < digits.length; from += pass) {
    const some = digits.slice(from, from + pass);
    classes.push(
      ...tf.tidy(() => (model.predict(images(some)) as tf.Tensor2D).argMax(1).dataSync<'int32'>()),
    );
    await tf.nextFrame();
  }
  return classes;
}
