import { describeModel, loadModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Digit, digitSide } from '../data/mnist.ts';
import { digitClasses } from './models.ts';
import { digitObjective } from './objective.ts';

/** Result of a device's training on its digits. */
export interface LearnedDigits {
  readonly delta: Float32Array;
  /** Mean loss over its examples during training, in nats. */
  readonly loss: number;
  /** Loss of the initial weights, if the settings have `fairness`. */
  readonly initialLoss: number | undefined;
  /** Mean gradient of its steps, if the settings have a `correction`. */
  readonly gradient: Float32Array | undefined;
}

/**
 * Trainer of one perceptron on digits, for studies that run rounds themselves; deterministic in its seeds.
 */
export interface DigitLearner {
  readonly layout: Layout;
  /** Weights before any round. */
  readonly initial: Float32Array;
  learn(
    weights: Float32Array,
    digits: readonly Digit[],
    settings: Pick<LocalSettings, 'epochs' | 'batchSize' | 'learningRate' | 'seed'> & Partial<LocalSettings>,
  ): Promise<LearnedDigits>;
  measure<Result>(weights: Float32Array, how: (model: tf.LayersModel) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Makes a learner of a perceptron with one hidden layer of `hidden` ReLU units. */
export function digitLearner(hidden: number, seed: number): DigitLearner {
  const initializer = (layer: number) => tf.initializers.glorotUniform({ seed: 8 * seed + layer });
  const model = tf.sequential({
    name: 'digits',
    layers: [
      tf.layers.flatten({ name: 'pixels', inputShape: [digitSide, digitSide, 1] }),
      tf.layers.dense({
        name: 'hidden',
        units: hidden,
        activation: 'relu',
        kernelInitializer: initializer(0),
      }),
      tf.layers.dense({ name: 'logits', units: digitClasses, kernelInitializer: initializer(1) }),
    ],
  });
  const { topology, layout, weights: initial } = describeModel(model);
  model.dispose();
  const trainer = tfjsTrainer(digitObjective);
  const { signal } = new AbortController();
  // No code here looks a model up by its hash.
  const filesOf = (weights: Float32Array) => ({ hash: '' as ModelHash, topology, layout, weights });
  return {
    layout,
    initial,
    async learn(weights, digits, settings) {
      const { delta, metrics, gradient } = await trainer.train(
        filesOf(weights),
        { proximal: 0, gradientClip: null, maxExamples: digits.length, ...settings },
        digits,
        signal,
        () => {},
      );
      return { delta, loss: metrics.loss ?? Number.NaN, initialLoss: metrics.initialLoss, gradient };
    },
    async measure(weights, how) {
      const loaded = await loadModel(filesOf(weights));
      try {
        return await how(loaded);
      } finally {
        loaded.dispose();
      }
    },
    close: () => trainer.close(),
  };
}
