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
