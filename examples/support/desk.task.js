import { central, defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';
import { words } from './learn.js';

const layer = () => tf.layers.dense({ units: 5, activation: 'softmax', inputShape: [4096], name: 'teams' });
const transformer = {
  inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
  outputs: [{ name: 'teams', datatype: 'FP32', shape: [-1, 5] }],
  input([{ data: texts }]) {
    const data = Float32Array.from(texts.flatMap(bytes => words(new TextDecoder().decode(bytes))));
    return { inputs: [{ name: 'words', datatype: 'FP32', shape: [texts.length, 4096], data }] };
  },
  output: shares => shares,
};
export default defineTask({
  name: 'desk',
  model: () => tf.sequential({ layers: [layer()] }),
  plan: { learningRate: 0.5, epochs: 10, batchSize: 16 },
  schedule: { every: '1 d' },
  training: central({ examples: new URL('./learn.js', import.meta.url) }),
  serving: { transformer },
});
