import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import type { ModelMetadata } from '../server/inference-server.ts';
import type { Batching } from '../server/settings.ts';

/** The extensions of Triton that this server has, by their names. */
export const extensions = ['model_repository', 'model_configuration', 'statistics', 'binary_tensor_data'];

/** The configuration of a model in the words of Triton, where the first dimension is left out if rows can be put together. */
export function configurationOf(
  { model: { name }, platform, inputs, outputs }: ModelMetadata,
  { maxBatch, maxDelay }: Batching,
) {
  const isBatchable = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
  const described = ({ name: tensor, datatype, shape }: TensorSpec) => ({
    name: tensor,
    data_type: `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`,
    dims: isBatchable ? shape.slice(1) : shape,
  });
  return {
    name,
    platform,
    backend: 'murmuration',
    max_batch_size: isBatchable ? maxBatch : 0,
    input: inputs.map(described),
    output: outputs.map(described),
    ...(isBatchable && { dynamic_batching: { max_queue_delay_microseconds: 1_000 * maxDelay } }),
  };
}
