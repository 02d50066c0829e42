import * as tf from '@murmuration/engine/tfjs/tf';
import { digitSide } from '../data/mnist.ts';

/** Number of classes. */
export const digitClasses = 10;

const inputShape = [digitSide, digitSide, 1];

/**
 * Makes the perceptron "2NN" of McMahan et al. 2017, §3: two hidden layers of 200 ReLU units, or `units`;
 * 199,210 parameters by default. Returns logits.
 */
export function twoLayerPerceptron(seed: number, units = 200): tf.LayersModel {
  const random = glorot(seed);
  return tf.sequential({
    // TensorFlow.js numbers unnamed models, so files would depend on what else the process made.
    name: 'perceptron',
    layers: [
      tf.layers.flatten({ name: 'pixels', inputShape }),
      tf.layers.dense({ name: 'first', units, activation: 'relu', kernelInitializer: random(0) }),
      tf.layers.dense({ name: 'second', units, activation: 'relu', kernelInitializer: random(1) }),
      tf.layers.dense({ name: 'logits', units: digitClasses, kernelInitializer: random(2) }),
    ],
  });
}

/**
 * Makes the convolutional network of McMahan et al. 2017, §3: two 5 × 5 convolutions with 32 and 64 channels,
 * each followed by 2 × 2 max pooling, and a dense layer of 512 ReLU units, or `units`; 1,663,370 parameters
 * by default. Returns logits.
 */
export function convolutionalNetwork(seed: number, units = 512): tf.LayersModel {
  const random = glorot(seed);
  const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
  return tf.sequential({
    name: 'convolutional',
    layers: [
      tf.layers.conv2d({
        ...convolution,
        name: 'first',
        inputShape,
        filters: 32,
        kernelInitializer: random(0),
      }),
      tf.layers.maxPooling2d({ name: 'first_pool', poolSize: 2 }),
      tf.layers.conv2d({ ...convolution, name: 'second', filters: 64, kernelInitializer: random(1) }),
      tf.layers.maxPooling2d({ name: 'second_pool', poolSize: 2 }),
      tf.layers.flatten({ name: 'pixels' }),
      tf.layers.dense({ name: 'hidden', units, activation: 'relu', kernelInitializer: random(2) }),
      tf.layers.dense({ name: 'logits', units: digitClasses, kernelInitializer: random(3) }),
    ],
  });
}

/** Returns an initializer for each layer; the same seed gives the same weights. */
function glorot(seed: number) {
  return (layer: number) => tf.initializers.glorotUniform({ seed: 8 * seed + layer });
}
