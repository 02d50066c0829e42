import * as tf from '@murmuration/coordinator/tf';
import { tokens } from './vocabulary.js';

export const model = () =>
  tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: tokens, outputDim: 8, inputShape: [null] }),
      tf.layers.gru({ units: 16, returnSequences: true, recurrentActivation: 'sigmoid' }),
      tf.layers.dense({ units: tokens }),
    ],
  });
