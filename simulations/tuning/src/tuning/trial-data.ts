import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import type { CommonSettings } from '@murmuration/simulations/scenario/settings';
import type { MeasuredOn } from './training.ts';

/** One in so many examples of a client is set apart to choose settings on, where it has at least half as many. */
const setApart = 9;

/** What a training learns from, and is measured on. Held-out examples are read for `heldOut` only. */
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
 * The same clients with a ninth of their training examples set apart, which take the place of the held-out ones: those are not touched.
 * `drawn`: any of a client's; `last`: its last ones, where they are in the order in which they came about. Throws `config.invalid` where no
 * client has enough.
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
