// What the simulate benchmark runs; the threads that train import it as well.
import { mnist } from '@murmuration/simulations/data/mnist';
import { twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import * as z from 'zod';

/** The perceptron "2NN" of McMahan et al. 2017 on MNIST; what counts is the time, so that no version is measured. */
export default defineScenario({
  ...digitSetting,
  module: import.meta.url,
  name: 'bench',
  shows: 'what the simulator takes beside the trainings',
  sections: {
    data: z.strictObject({
      clients: z.int().min(1).default(50),
      /** That each client has. */
      examples: z.int().min(1).max(60_000).default(600),
    }),
  },
  /** Clients take the examples in turn; where these run out, from the beginning again. */
  data({ data: { clients, examples } }) {
    const { train } = mnist();
    const indices = (client: number) =>
      Uint32Array.from({ length: examples }, (_, i) => (client * examples + i) % train.length);
    return { train, heldOut: [], clients: Array.from({ length: clients }, (_, client) => indices(client)) };
  },
  model: ({ seed }) => twoLayerPerceptron(seed),
  settings: { plan: { epochs: 1, batchSize: 10, learningRate: 0.1 }, update: { clip: 20, bits: 16 } },
});
