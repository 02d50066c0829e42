import * as tf from '@murmuration/coordinator/tf';

export const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'relu', inputShape: [3] }),
      tf.layers.dense({ units: 2 }),
    ],
  });
