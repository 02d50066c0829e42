import { kinds } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import type { LoadedModel } from '../runtime/runtime.ts';

/**
 * Runs a model once on zeros, one in each length that varies, so that the first request finds it as fast as those that follow. What does not
 * take zeros is not warmed up.
 */
export async function warmUp(model: LoadedModel): Promise<void> {
  try {
    await model.run(model.inputs.map(zeros));
  } catch {
    // Some models take no zeros; whether they take what clients send, their requests show.
  }
}

function zeros({ name, datatype, shape: spec }: TensorSpec): Tensor {
  const shape = spec.map(length => (length === -1 ? 1 : length));
  const count = shape.reduce((product, length) => product * length, 1);
  const data =
    datatype === 'BYTES'
      ? Array.from({ length: count }, () => new Uint8Array())
      : kinds[datatype].make(count);
  return { name, datatype, shape, data };
}
