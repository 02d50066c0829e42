import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Examples of a scenario, and their partition over clients. */
export interface FederatedData<Example> {
  /**
   * Training examples. Each training thread gets a clone, so large parts belong into SharedArrayBuffers,
   * which are not cloned.
   */
  readonly train: readonly Example[];
  /** Examples for measuring the global model; no client trains on them. */
  readonly heldOut: readonly Example[];
  /** Examples of each client, as indices of `train`. */
  readonly clients: readonly Uint32Array[];
}

export function clientExamples<Example>(
  { train, clients }: FederatedData<Example>,
  client: number,
): Example[] {
  return Array.from(clients[client]!, index => train[index]!);
}

/** Throws `config.invalid` for data without clients, and for a client with an index beyond `train`. */
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
