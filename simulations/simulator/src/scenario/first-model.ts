import type * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import type { Scenario } from './define-scenario.ts';
import type { FederatedData } from './federated-data.ts';
import type { CommonSettings } from './settings.ts';

/** Where initialisers without a seed of their own get one: TensorFlow.js asks for no generator. */
const chance: { random: () => number } = Math;

/** One model after the other, so that none draws what another one was to draw. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * The model of a scenario before any round. What its initialisers draw without a seed of their own follows from the seed of the run, so that
 * the same seed makes the same model.
 */
export function firstModel<Settings extends CommonSettings, Example>(
  scenario: Pick<Scenario<Settings, Example>, 'model'>,
  settings: Settings,
  data: FederatedData<Example>,
): Promise<tf.LayersModel> {
  const made = turn.then(async () => {
    const { random } = chance;
    chance.random = seededUniform(settings.seed);
    try {
      return await scenario.model(settings, data);
    } finally {
      chance.random = random;
    }
  });
  turn = made.catch(() => {});
  return made;
}
