import { twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { roundsToAccuracy } from '@murmuration/simulations/learning-curves/rounds-to-accuracy';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';

const targetAccuracy = 0.97;

export default defineScenario({
  ...digitSetting,
  module: import.meta.url,
  name: 'compression',
  shows:
    'rounds and bytes until 97 % of MNIST, with updates of 32 bits a value down to 4, and with some of the values',
  model: ({ seed }) => twoLayerPerceptron(seed),
  settings: {
    plan: { epochs: 1, batchSize: 10, learningRate: 0.1, maxExamples: 600 },
    // Devices have equally many digits, so a weight of 1 keeps the ring as narrow as possible. The clip sets
    // the range of quantised values, so it is as close to the updates as possible.
    update: { clip: 4, weighting: 'uniform', weightCap: 1 },
    cohort: { goal: 10 },
    stop: { rounds: 300, target: { metric: 'accuracy', value: targetAccuracy } },
  },
  variants: {
    bits32: { update: { kind: 'float32' } },
    bits16: { update: { bits: 16 } },
    bits8: { update: { bits: 8 } },
    bits6: { update: { bits: 6 } },
    bits5: { update: { bits: 5 } },
    bits4: { update: { bits: 4 } },
    topK: { update: { bits: 8, compression: { kind: 'topK', fraction: 0.01 } } },
    randomK: { update: { bits: 8, compression: { kind: 'randomK', fraction: 0.1 } } },
    randomMask: { update: { bits: 8, compression: { kind: 'randomMask', fraction: 0.1 } } },
    randomMaskFeedback: {
      update: { bits: 8, compression: { kind: 'randomMask', fraction: 0.1, feedback: true } },
    },
  },
  figures: ({ measured, ended }) => ({ ...roundsToAccuracy(measured, ended, targetAccuracy) }),
});
