import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { KeyField, Variant } from '../experiments/experiment.ts';

/** Request of a client, by any protocol. */
export interface InferRequest {
  readonly model: string;
  /** Number or alias; by default the standard version. */
  readonly version?: string | undefined;
  readonly inputs: readonly Tensor[];
  /**
   * Row, or tokens of one sequence, from a device that can't run the model, in place of `inputs`. The
   * model answers with the logits behind the last token, without a transformer. Nothing of it is kept.
   */
  readonly row?: readonly number[] | undefined;
  /** Names of the requested outputs, in this order; by default all. */
  readonly outputs?: readonly string[] | undefined;
  /**
   * Protocol for metrics: `oip`, `tf-serving`, `mlflow`, `grpc`, `rabbitmq`, `kafka`, `precompute`, `device`.
   */
  readonly protocol: string;
  /** Id from the client. */
  readonly id?: string | undefined;
  /** Headers of the request, with names in lower case, and parameters, as its protocol represents them. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Maximum ms that the client waits for the answer; the server's own deadline applies too. */
  readonly timeout?: number | undefined;
}

export interface InferResponse {
  readonly model: string;
  /** Version that answered. */
  readonly version: string;
  /** Hash of its content. */
  readonly hash: ModelHash;
  readonly outputs: readonly Tensor[];
  /** Variant of an experiment that it was part of. */
  readonly variant?: Variant | undefined;
}

/** Returns the value at a place in a request, the first of several. */
export function valueAt({ headers, parameters }: InferRequest, { in: place, name }: KeyField): unknown {
  const value = place === 'header' ? headers?.[name] : parameters?.[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Returns the text or number at a place in a request, as text; undefined if there is none. */
export function textAt(request: InferRequest, field: KeyField): string | undefined {
  const value = valueAt(request, field);
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/**
 * Returns true if nothing of a request may be kept: batches of precompute jobs, and requests of devices for
 * themselves.
 */
export function isUnkept({ protocol, row }: InferRequest): boolean {
  return protocol === 'precompute' || row !== undefined;
}
