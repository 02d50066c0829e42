import { deviceBehaviour } from '@murmuration/simulations/behaviour/behaviour';
import { twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { durationFigures } from '@murmuration/simulations/learning-curves/durations';
import { lossFigures } from '@murmuration/simulations/learning-curves/losses';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';

export default defineScenario({
  ...digitSetting,
  module: import.meta.url,
  name: 'stragglers',
  shows:
    'how much shorter rounds are for choosing more devices than needed, and which devices that leaves out',
  model: ({ seed }) => twoLayerPerceptron(seed),
  settings: {
    plan: { epochs: 1, batchSize: 10, learningRate: 0.215, maxExamples: 600 },
    update: { clip: 20, bits: 16 },
    cohort: { goal: 20 },
    devices: {
      // Three classes of phones, each a few times slower than the one before; one in ten devices of a round
      // is slowed down further.
      speed: [
        { share: 0.3, examplesPerSecond: 100 },
        { share: 0.5, examplesPerSecond: 40 },
        { share: 0.2, examplesPerSecond: 10 },
      ],
      network: [
        { share: 0.7, up: 1e6, down: 4e6, latency: 50 },
        { share: 0.3, up: 1e5, down: 4e5, latency: 150 },
      ],
      stragglers: { share: 0.1, slowdown: 10 },
    },
    stop: { rounds: 30 },
  },
  variants: {
    'over1.0': { cohort: { overSelection: 1 } },
    'over1.1': { cohort: { overSelection: 1.1 } },
    'over1.2': { cohort: { overSelection: 1.2 } },
    'over1.3': { cohort: { overSelection: 1.3 } },
    'over1.4': { cohort: { overSelection: 1.4 } },
    'over1.5': { cohort: { overSelection: 1.5 } },
  },
  figures({ ended, clients }, { devices, seed }) {
    const { trainingMs } = deviceBehaviour({ ...devices, stragglers: { share: 0, slowdown: 1 } }, seed);
    const slowness = Array.from({ length: clients }, (_, device) => trainingMs(device, 1, 600));
    return { ...durationFigures(ended, slowness), ...lossFigures(ended) };
  },
});
