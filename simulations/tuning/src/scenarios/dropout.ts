import { twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { lossFigures } from '@murmuration/simulations/learning-curves/losses';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';

export default defineScenario({
  ...digitSetting,
  module: import.meta.url,
  name: 'dropout',
  shows:
    'masked rounds on MNIST that lose a share of their devices while keys, shares, updates or answers are awaited',
  model: ({ seed }) => twoLayerPerceptron(seed),
  settings: {
    plan: { epochs: 1, batchSize: 10, learningRate: 0.215, maxExamples: 600 },
    update: { clip: 20, bits: 16 },
    // If more devices are lost, a round fails rather than reveals a secret.
    masking: { enabled: true, dropping: 0.3 },
    cohort: { goal: 20, overSelection: 1.3 },
    stop: { rounds: 20 },
  },
  variants: {
    none: {},
    keys10: { devices: { losses: { keys: 0.1 } } },
    shares10: { devices: { losses: { shares: 0.1 } } },
    updates10: { devices: { losses: { updates: 0.1 } } },
    unmasking10: { devices: { losses: { unmasking: 0.1 } } },
    updates30: { devices: { losses: { updates: 0.3 } } },
  },
  figures: ({ ended }) => ({ ...lossFigures(ended) }),
});
