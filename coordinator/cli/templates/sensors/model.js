import * as tf from '@murmuration/coordinator/tf';

export const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
