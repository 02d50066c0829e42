import type * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import type { Scenario } from './define-scenario.ts';
import type { FederatedData } from './federated-data.ts';
import type { CommonSettings } from './settings.ts';

/** Random source of TensorFlow.js's initialisers without a seed; it accepts no generator of its own. */
const chance: { random: () => number } = Math;

/** Queue: models are made one after the other, so that none takes another one's random numbers. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Makes the model of a scenario before any round. Initialisers without a seed draw from the run's seed, so
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
