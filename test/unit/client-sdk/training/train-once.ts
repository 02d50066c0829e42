// A program of its own, which trains once and closes nothing.
import { workerTrainer } from '@murmuration/client-sdk/worker/thread-trainer';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { encodeModel } from '@murmuration/protocol/weights/model-files';

const { topology, layout, weights } = describeModel(
  tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
);
const model = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
const settings = {
  epochs: 1,
  batchSize: 2,
  learningRate: 0.1,
  proximal: 0,
  gradientClip: null,
  maxExamples: 2,
  seed: 1,
};
const points = [
  [0, 1],
  [1, 3],
];
const trainer = workerTrainer(new URL('./line.ts', import.meta.url));
await trainer.train(model, settings, points, new AbortController().signal, () => {});
process.stdout.write('done\n');
