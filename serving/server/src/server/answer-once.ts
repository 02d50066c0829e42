import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { LoadedModel } from '../runtime/runtime.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { inputsInOrder } from './check.ts';

/**
 * Runs a model on the inputs of one request, without a batch. Throws `inference.input` if they don't fit the
 * transformer or, without one, the model, which `name` names.
 */
export async function answerOnce(
  name: string,
  model: LoadedModel,
  transformer: Transformer | undefined,
  given: readonly Tensor[],
): Promise<readonly Tensor[]> {
  const asked = inputsInOrder(name, (transformer ?? model).inputs, given);
  const { inputs, lengths } = transformer?.input(asked) ?? { inputs: asked };
  const outputs = await model.run(inputs, { lengths: model.takesLengths ? lengths : undefined });
  return transformer?.output(outputs, asked) ?? outputs;
}
