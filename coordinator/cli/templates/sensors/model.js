import * as tf from '@murmuration/engine/tf';

export const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
