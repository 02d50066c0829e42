import { convolutionalNetwork, twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitSetting, pathological } from '@murmuration/simulations/digits/setting';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import { integer, logUniform, oneOf } from '@murmuration/simulations/spaces/distributions';
import { defineSpace } from '@murmuration/simulations/spaces/given-space';
import * as z from 'zod';

const units = z.int().min(1).max(4_096);

/**
 * Scenario of the digits of McMahan et al. 2017 with any of their models, on devices that have two digits
 * each.
 */
export default defineScenario({
  ...digitSetting,
  sections: {
    ...digitSetting.sections,
    /**
     * Model of the paper; `units` of each hidden layer of the perceptron, or of the dense layer after the
     * convolutions.
     */
    model: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('perceptron'), units: units.default(200) }),
      z.strictObject({ kind: z.literal('convolutional'), units: units.default(512) }),
    ]),
  },
  module: import.meta.url,
  name: 'mnist',
  shows: 'a model of your choice that 100 devices teach MNIST, for settings to be searched',
  model: ({ seed, model }) =>
    model.kind === 'perceptron'
      ? twoLayerPerceptron(seed, model.units)
      : convolutionalNetwork(seed, model.units),
  settings: {
    model: { kind: 'perceptron' },
    data: { partition: pathological },
    plan: { epochs: 1, batchSize: 10, learningRate: 0.1, maxExamples: 600 },
    update: { clip: 20 },
    stop: { rounds: 50 },
  },
  space: defineSpace({
    settings: {
      'plan.learningRate': logUniform(0.01, 0.5),
      'plan.epochs': integer(1, 3),
      'strategy.serverLearningRate': logUniform(0.3, 3),
      model: oneOf({ kind: 'perceptron', units: integer(50, 400) }, { kind: 'convolutional', units: 128 }),
    },
    // The convolutional network takes seconds per round.
    rounds: 18,
    trials: 9,
    leaders: 2,
    finals: 1,
  }),
});
