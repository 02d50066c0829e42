import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { Digit } from '../data/mnist.ts';
import { pixels, writeImages } from './images.ts';

/** Images per pass: 250 of them take 25 MB in the convolutional network's first layer. */
const pass = 250;

/**
 * Measures a model's accuracy, a share from 0 to 1, and its mean loss in nats. Yields to other work between
 * passes.
 */
export async function digitAccuracy(
  model: tf.LayersModel,
  digits: readonly Digit[],
): Promise<{ accuracy: number; loss: number }> {
  let right = 0;
  let loss = 0;
  await logitsOf(model, digits, ({ label }, logits, first, classes) => {
    const best = largest(logits, first, classes);
    if (best === label) right += 1;
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += Math.exp(logits[first + i]! - logits[first + best]!);
    loss += Math.log(sum) + logits[first + best]! - logits[first + label]!;
  });
  return { accuracy: right / digits.length, loss: loss / digits.length };
}

/** Returns the class that a model gives each digit. Yields to other work between passes. */
export async function classesOf(model: tf.LayersModel, digits: readonly Digit[]): Promise<number[]> {
  const found: number[] = [];
  await logitsOf(model, digits, (_, logits, first, classes) => found.push(largest(logits, first, classes)));
  return found;
}

async function logitsOf(
  model: tf.LayersModel,
  digits: readonly Digit[],
  visit: (digit: Digit, logits: Float32Array, first: number, classes: number) => void,
): Promise<void> {
  const classes = model.outputs[0]!.shape.at(-1)!;
  const scorer = await scorerOf(model);
  try {
    const inputs = new Float32Array(pass * pixels);
    for (let from = 0; from < digits.length; from += pass) {
      const some = digits.slice(from, from + pass);
      writeImages(some, inputs);
      const rows = Array.from(some.keys());
      scorer.score(
        inputs.subarray(0, some.length * pixels),
        { batch: some.length, steps: 1 },
        rows,
        (row, logits, first) => visit(some[row]!, logits, first, classes),
      );
      await tf.nextFrame();
    }
  } finally {
    await scorer.close();
  }
}

/** Returns the index, relative to `first`, of the largest of `count` values from `first` on. */
function largest(values: Float32Array, first: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[first + i]! > values[first + best]!) best = i;
  return best;
}
