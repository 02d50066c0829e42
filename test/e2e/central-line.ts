import type { CentralExamples } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tfjs/tf';

/** One point of the line y = 2x + 1. */
type Point = readonly [x: number, y: number];

/** What the tests of central training ask of this module. */
export interface CentralData {
  /** How many points there are. */
  readonly points: number;
  /** What goes wrong: reading the points fails, or never ends. */
  readonly fault?: 'fails' | 'hangs';
  /** How many it counts, by a number that others change. */
  readonly counted?: SharedArrayBuffer;
}

/** Points of the line that lie on the coordinator. */
export default {
  objective: {
    encode: points => ({
      size: points.length,
      batch: rows => {
        const chosen = Array.from(rows, row => points[row]!);
        return {
          inputs: tf.tensor2d(chosen.map(([x]) => [x])),
          labels: tf.tensor2d(chosen.map(([, y]) => [y])),
          weights: tf.ones([chosen.length, 1]),
        };
      },
    }),
    loss: (model, { inputs, labels }) =>
      tf.losses.meanSquaredError(labels, model.predict(inputs) as tf.Tensor) as tf.Scalar,
  },
  async *examples(data) {
    const { points, fault } = data as CentralData;
    if (fault === 'fails') throw new Error('The table is locked.');
    for (let i = 0; fault === 'hangs' || i < points; i++) {
      const x = (i % 10) / 5 - 1;
      yield [x, 2 * x + 1] as const;
    }
  },
  count: data => new Int32Array((data as CentralData).counted!)[0]!,
} satisfies CentralExamples<Point>;
