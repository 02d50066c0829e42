import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { fusedTraining, genericStep, type Trained, type Training } from './steps.ts';

export const DIGITS_BATCH = 10;

/** The convolutional network of McMahan et al. 2017, §3, for images of digits, with one batch of random ones. */
export class Digits implements Trained {
  readonly #model: tf.Sequential;
  readonly #batch: Batch;

  constructor() {
    const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
    this.#model = tf.sequential({
      layers: [
        tf.layers.conv2d({ ...convolution, inputShape: [28, 28, 1], filters: 32 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ ...convolution, filters: 64 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 512, activation: 'relu' }),
        tf.layers.dense({ units: 10 }),
      ],
    });
    this.#batch = {
      inputs: tf.randomUniform([DIGITS_BATCH, 28, 28, 1], 0, 1, 'float32', 1),
      labels: tf.randomUniform([DIGITS_BATCH], 0, 10, 'int32', 2),
      weights: tf.ones([DIGITS_BATCH]),
    };
  }

  get parameters(): number {
    return this.#model.countParams();
  }

  fused(threads = 1): Promise<Training> {
    return fusedTraining(this.#model, this.#batch, { batch: DIGITS_BATCH, steps: 1 }, null, threads);
  }

  generic(): () => number {
    return genericStep(this.#model, this.#batch);
  }

  dispose(): void {
    this.#model.dispose();
    tf.dispose(Object.values(this.#batch));
  }
}

/**
 * Floating-point operations in the products of one step: two for each weight and place where it is used, forward and twice
 * backward, but for the gradient of the images, which nobody needs. The kernels take fewer for the second convolution, so that their
 * share of the rate of plain products may be above 1.
 */
export function digitsFlops(): number {
  const first = 28 * 28 * 25 * 32;
  const second = 14 * 14 * 25 * 32 * 64;
  const dense = 7 * 7 * 64 * 512 + 512 * 10;
  return 2 * DIGITS_BATCH * (2 * first + 3 * (second + dense));
}
