import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import type { CommonSettings } from '@murmuration/simulations/scenario/settings';
import type { MeasuredOn } from './training.ts';

/**
 * Ratio of a client's examples to those that are set apart to choose settings on; rounded, so a client with
 * fewer than half as many examples gives none.
 */
const setApart = 9;

/** Returns the data to train and measure on. Reads held-out examples only for `heldOut`. */
export async function trialData(
  scenario: Scenario,
  settings: CommonSettings,
  on: MeasuredOn,
): Promise<FederatedData<unknown>> {
  if (on === 'proxy') {
    if (!scenario.proxy)
      throw new MurmurationError('config.invalid', `The scenario ${scenario.name} has no public data.`);
    return scenario.proxy(settings);
  }
  const data = await scenario.data(settings);
  return on === 'heldOut' ? data : validationSplit(data, settings.seed, scenario.validation ?? 'drawn');
}

/**
 * Sets apart a ninth of each client's training examples, which replace the held-out ones; these are not read.
 * @param which `drawn`: random examples of a client; `last`: its last ones, if they are in order of time
 * @throws `config.invalid` if no client has enough examples
 */
export function validationSplit<Data extends FederatedData<unknown>>(
  data: Data,
  seed: number,
  which: 'drawn' | 'last',
): Data {
  const uniform = seededUniform(seed);
  const validation: number[] = [];
  const clients = data.clients.map(own => {
    const order = which === 'drawn' ? shuffle(own.slice(), uniform) : own;
    const cut = order.length - Math.round(order.length / setApart);
    validation.push(...order.subarray(cut));
    return order.slice(0, cut).sort((one, other) => one - other);
  });
  if (validation.length === 0)
    throw new MurmurationError(
      'config.invalid',
      `No client has ${Math.ceil(setApart / 2)} examples: there is nothing to choose settings on. Give clients more examples.`,
    );
  const rest = Object.fromEntries(
    Object.keys(data)
      .filter(name => name !== 'heldOut')
      .map(name => [name, data[name as keyof Data]]),
  );
  return { ...rest, clients, heldOut: validation.map(index => data.train[index]) } as unknown as Data;
}
