import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Variant } from '../experiments/experiment.ts';

/** What a client asks, whatever protocol carried it. */
export interface InferRequest {
  readonly model: string;
  /** A number or an alias; without it, the standard version. */
  readonly version?: string | undefined;
  readonly inputs: readonly Tensor[];
  /**
   * One row, or the tokens of one sequence, of a device that can't run the model, in place of `inputs`: the model itself answers them, with
   * the logits behind the last token. Nothing of them is kept.
   */
  readonly row?: readonly number[] | undefined;
  /** Names of the outputs that are wanted, in this order; without them, all. */
  readonly outputs?: readonly string[] | undefined;
  /** By which metrics count: `oip`, `tf-serving`, `mlflow`, `grpc`, `device`. */
  readonly protocol: string;
  /** As the client named the request. */
  readonly id?: string | undefined;
  /** What came along with it, as its protocol has them; names of headers in small letters. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** ms after which nobody waits for the answer any more; the server's own deadline counts besides. */
  readonly timeout?: number | undefined;
}

export interface InferResponse {
  readonly model: string;
  /** The version that answered. */
  readonly version: string;
  /** Its content. */
  readonly hash: ModelHash;
  readonly outputs: readonly Tensor[];
  /** Its part in an experiment, where it had one. */
  readonly variant?: Variant | undefined;
}

/** Whether nothing of a request is kept: what a job asks in batches nobody has asked, and a device asks for itself only. */
export function isUnkept({ protocol, row }: InferRequest): boolean {
  return protocol === 'precompute' || row !== undefined;
}
