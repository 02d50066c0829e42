import { kinds } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { LoadedModel } from '../runtime/runtime.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { answerOnce } from './answer-once.ts';

export interface WarmUp {
  /** Name of the model, for errors. */
  readonly name: string;
  /** Inputs as a client sends them; undefined if none were recorded. */
  readonly recorded: readonly Tensor[] | undefined;
  readonly transformer: Transformer | undefined;
}

/**
 * Runs a model once, so that the first request is as fast as later ones: on a recorded request with its
 * transformer, else on zeros with 1 for each variable length. Throws `model.unusable` if it does not answer
 * the recorded request.
 */
export async function warmUp(model: LoadedModel, { name, recorded, transformer }: WarmUp): Promise<void> {
  if (!recorded) {
    // Some models reject zeros; actual requests show what they take.
    await model.run(model.inputs.map(zeros)).catch(() => {});
    return;
  }
  try {
    await answerOnce(name, model, transformer, recorded);
  } catch (cause) {
    throw new MurmurationError(
      'model.unusable',
      `The model does not answer the request that was recorded to warm it up: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Makes zeros that fit a spec, with 1 for each variable length. */
export function zeros({ name, datatype, shape: spec }: TensorSpec): Tensor {
  const shape = spec.map(length => (length === -1 ? 1 : length));
  const count = shape.reduce((product, length) => product * length, 1);
  const data =
    datatype === 'BYTES'
      ? Array.from({ length: count }, () => new Uint8Array())
      : kinds[datatype].make(count);
  return { name, datatype, shape, data };
}
