// Learns how long a ride takes, from riders who keep their rides:
// npm run murmuration -- dev examples/commute/commute.task.ts
import { readFileSync } from 'node:fs';
import type { Evaluator } from '@murmuration/coordinator';
import { defineTask } from '@murmuration/coordinator';
import { fedAvgM } from '@murmuration/coordinator/strategies';
import type { Objective } from '@murmuration/engine';
import { loadModel } from '@murmuration/engine';
import * as tf from '@murmuration/engine/tf';

interface Ride {
  readonly rider: number;
  /** Length in 10 km, climb in 100 m. */
  readonly features: readonly [length: number, climb: number];
  readonly hours: number;
}

/** Rides of the CSV, one a line, with the columns rider, km, climb in m, minutes. */
const rides: readonly Ride[] = readFileSync(new URL('./rides.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map(line => line.split(',').map(Number))
  .map(([rider, km, climb, minutes]) => ({
    rider: rider!,
    features: [km! / 10, climb! / 100],
    hours: minutes! / 60,
  }));
/** Rides of rider 0, which judge versions; all others stay on their devices. */
const heldOut = rides.filter(({ rider }) => rider === 0);

/** Objective: converts rides to tensors, and computes the loss. */
export const objective: Objective<Ride> = {
  encode: all => ({
    size: all.length,
    batch: rows => {
      const chosen = Array.from(rows, row => all[row]!);
      return {
        inputs: tf.tensor2d(chosen.map(({ features }) => [...features])),
        labels: tf.tensor2d(chosen.map(({ hours }) => [hours])),
        weights: tf.ones([chosen.length, 1]),
      };
    },
  }),
  loss: (model, { inputs, labels }) =>
    tf.losses.meanSquaredError(labels, model.predict(inputs) as tf.Tensor) as tf.Scalar,
};

/** Examples of a local device of `murmuration dev`. */
export const examples = (device: number, devices: number) =>
  rides.filter(({ rider }) => rider > 0 && rider % devices === device);

/** Evaluator: mean error of a version in minutes. */
const evaluation: Evaluator = {
  async evaluate(files) {
    const model = await loadModel(files);
    const predicted = model.predict(tf.tensor2d(heldOut.map(({ features }) => [...features]))) as tf.Tensor;
    const hours = await predicted.data();
    model.dispose();
    const errors = heldOut.map((ride, i) => 60 * Math.abs(hours[i]! - ride.hours));
    return { minutes: errors.reduce((sum, error) => sum + error, 0) / errors.length };
  },
  async close() {},
};

export default defineTask({
  name: 'commute',
  fleet: 'phones',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
  plan: { learningRate: 0.05, epochs: 3, batchSize: 8 },
  update: { clip: 5, bits: 12 },
  strategy: fedAvgM({ momentum: 0.5 }),
  evaluation,
});
