import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import * as tf from '../tfjs/tf.ts';
import { optimizerOf } from './optimizer.ts';

/** Optimiser of a plan, from tfjs; in a file of its own, since training in JavaScript does not need tfjs. */
export function tfjsOptimizer(settings: TrainingSettings): tf.Optimizer {
  const { learningRate } = settings;
  const optimizer = optimizerOf(settings);
  switch (optimizer.kind) {
    case 'sgd':
      return tf.train.sgd(learningRate);
    case 'momentum':
      return tf.train.momentum(learningRate, optimizer.momentum, optimizer.nesterov);
    case 'adam':
      return tf.train.adam(learningRate, optimizer.beta1, optimizer.beta2, optimizer.epsilon);
  }
}
