import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What a scenario learns from: examples, and who has which. */
export interface FederatedData<Example> {
  /** Go to each thread that trains, cloned: what is large in them belongs into SharedArrayBuffers, which are not. */
  readonly train: readonly Example[];
  /** No client trains on them; the global model is measured on them. */
  readonly heldOut: readonly Example[];
  /** The examples of each client, as indices of `train`. */
  readonly clients: readonly Uint32Array[];
}

/** What a client trains on. */
export function clientExamples<Example>(
  { train, clients }: FederatedData<Example>,
  client: number,
): Example[] {
  return Array.from(clients[client]!, index => train[index]!);
}

/** Throws `config.invalid` for data without clients, and where a client has an example that there is not. */
export function requireData({ train, clients }: FederatedData<unknown>): void {
  if (clients.length === 0)
    throw new MurmurationError('config.invalid', "The scenario's data has no clients.");
  for (const [client, examples] of clients.entries())
    for (const index of examples)
      if (index >= train.length)
        throw new MurmurationError(
          'config.invalid',
          `Client ${client} of the scenario's data has the example ${index}, and "train" has ${train.length}: 0 to ${train.length - 1}.`,
        );
}
