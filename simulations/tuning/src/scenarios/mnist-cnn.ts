import { convolutionalNetwork } from '@murmuration/simulations/digits/models';
import { publishedRounds } from '@murmuration/simulations/digits/published-rounds';
import { digitSetting, pathological } from '@murmuration/simulations/digits/setting';
import { roundsToAccuracy } from '@murmuration/simulations/learning-curves/rounds-to-accuracy';
import { mcmahan2017 } from '@murmuration/simulations/published/mcmahan-2017';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';

const { network } = mcmahan2017;

export default defineScenario({
  ...digitSetting,
  module: import.meta.url,
  name: 'mnist-cnn',
  shows:
    'rounds in which 100 devices teach a convolutional network 99 % of MNIST, beside those of McMahan et al. 2017',
  model: ({ seed }) => convolutionalNetwork(seed),
  settings: {
    // From a grid of factors of the cube root of 10, as in the paper, which has a rate for each setting.
    plan: { epochs: 5, batchSize: 10, learningRate: 0.215, maxExamples: 600 },
    update: { clip: 30, bits: 16 },
    cohort: { goal: 10 },
    stop: { rounds: 1_000, target: { metric: 'accuracy', value: network.target } },
  },
  variants: { iid: {}, nonIid: { data: { partition: pathological } } },
  seeds: 3,
  published: ({ data }) => publishedRounds(network, data.partition),
  figures: ({ measured, ended }) => ({ ...roundsToAccuracy(measured, ended, network.target) }),
});
