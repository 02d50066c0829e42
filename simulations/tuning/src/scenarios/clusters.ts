import { softmaxLoss, sparseSoftmaxCrossEntropy } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import { logUniform, oneOf } from '@murmuration/simulations/spaces/distributions';
import { defineSpace } from '@murmuration/simulations/spaces/given-space';
import * as z from 'zod';

interface Point {
  readonly at: Float32Array;
  readonly cluster: number;
}

const dataSettings = z.strictObject({
  clients: z.int().min(1).max(1_000_000).default(100),
  perClient: z.int().min(1).max(100_000).default(60),
  heldOut: z.int().min(1).max(1_000_000).default(2_000),
  dimensions: z.int().min(1).max(10_000).default(16),
  clusters: z.int().min(2).max(1_000).default(10),
  /**
   * Standard deviation of points around their cluster's centre, which is about 1 from the origin in each
   * dimension.
   */
  noise: z.number().positive().default(1.5),
  /** Number of clusters from which a client has points. */
  clustersPerClient: z.int().min(1).max(1_000).default(2),
});

/** Scenario with points around random centres, drawn from the seed: needs no data, and runs in seconds. */
export default defineScenario({
  module: import.meta.url,
  name: 'clusters',
  shows: 'a small classifier learned by devices that know few classes each; made data, done in seconds',
  sections: {
    data: dataSettings,
    model: z.strictObject({ hidden: z.int().min(1).max(10_000).default(32) }),
  },
  settings: { stop: { rounds: 20 }, plan: { learningRate: 0.1 }, update: { clip: 10 } },
  space: defineSpace({
    settings: {
      'plan.learningRate': logUniform(0.003, 3),
      strategy: oneOf(
        { name: 'fedAvg', serverLearningRate: logUniform(0.1, 10) },
        { name: 'fedAdam', serverLearningRate: logUniform(0.003, 0.3) },
      ),
      model: oneOf({ hidden: 16 }, { hidden: 64 }),
    },
    grid: 4,
    searches: 3,
    finals: 5,
  }),
  data: ({ seed, data }) => drawn(seed, data),
  // Points around other centres: the same kind of task, but no client's data.
  proxy: ({ seed, data }) => drawn(seed + 500_000, data),
  model({ seed, data, model }) {
    const kernelInitializer = (place: number) => tf.initializers.glorotUniform({ seed: seed + place });
    return tf.sequential({
      // TensorFlow.js numbers unnamed models, so files would depend on what else the process made.
      name: 'clusters',
      layers: [
        tf.layers.dense({
          name: 'hidden',
          inputShape: [data.dimensions],
          units: model.hidden,
          activation: 'relu',
          kernelInitializer: kernelInitializer(0),
        }),
        tf.layers.dense({ name: 'clusters', units: data.clusters, kernelInitializer: kernelInitializer(1) }),
      ],
    });
  },
  objective: () => ({
    encode: points => ({
      size: points.length,
      batch(rows) {
        const chosen = Array.from(rows, row => points[row]!);
        return {
          inputs: inputsOf(chosen),
          labels: labelsOf(chosen),
          weights: tf.ones([rows.length]),
        };
      },
    }),
    loss: softmaxLoss,
  }),
  metrics: {
    accuracy: { unit: 'share', better: 'higher' },
    loss: { unit: 'nats', better: 'lower' },
  },
  measure(model, points) {
    const [right, loss] = tf.tidy(() => {
      const logits = model.predict(inputsOf(points)) as tf.Tensor2D;
      const labels = labelsOf(points);
      return [
        logits.argMax(1).equal(labels).mean<tf.Scalar>().arraySync(),
        sparseSoftmaxCrossEntropy(logits, labels).arraySync(),
      ];
    });
    return { weight: points.length, metrics: { accuracy: right, loss } };
  },
});

/** Draws clients that have points of few clusters each. */
function drawn(seed: number, data: z.output<typeof dataSettings>): FederatedData<Point> {
  const uniform = seededUniform(seed);
  const middles = Array.from({ length: data.clusters }, () =>
    Float32Array.from({ length: data.dimensions }, () => normal(uniform)),
  );
  const pointOf = (cluster: number): Point => ({
    at: Float32Array.from(middles[cluster]!, middle => middle + data.noise * normal(uniform)),
    cluster,
  });
  const any = () => Math.floor(uniform() * data.clusters);
  const train: Point[] = [];
  const clients = Array.from({ length: data.clients }, () => {
    const known = Array.from({ length: data.clustersPerClient }, any);
    return Uint32Array.from({ length: data.perClient }, (_, i) => {
      train.push(pointOf(known[i % known.length]!));
      return train.length - 1;
    });
  });
  return { train, clients, heldOut: Array.from({ length: data.heldOut }, () => pointOf(any())) };
}

function inputsOf(points: readonly Point[]): tf.Tensor2D {
  const [first] = points;
  const width = first!.at.length;
  const values = new Float32Array(points.length * width);
  for (const [i, { at }] of points.entries()) values.set(at, i * width);
  return tf.tensor2d(values, [points.length, width]);
}

function labelsOf(points: readonly Point[]): tf.Tensor1D {
  return tf.tensor1d(
    points.map(({ cluster }) => cluster),
    'int32',
  );
}

/** Draws a standard normal number (Box and Muller 1958). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
