import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import type { VersionMetadata } from '../server/inference-server.ts';
import type { Batching } from '../server/settings.ts';

/** Names of Triton's extensions that this server has. */
export const extensions = ['model_repository', 'model_configuration', 'statistics', 'binary_tensor_data'];

/** Returns the metadata of a model in the form of the Open Inference Protocol. */
export function metadataOf({ listing: { name, versions }, platform, inputs, outputs }: VersionMetadata) {
  const specOf = ({ name: tensor, datatype, shape }: TensorSpec) => ({ name: tensor, datatype, shape });
  return { name, versions, platform, inputs: inputs.map(specOf), outputs: outputs.map(specOf) };
}

/**
 * Returns the configuration of a model in Triton's form, without the first dimension if rows can be batched.
 */
export function configurationOf(
  { model: { name }, platform, inputs, outputs }: VersionMetadata,
  { maxBatch }: Batching,
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
    ...(isBatchable && { dynamic_batching: { max_queue_delay_microseconds: 0 } }),
  };
}
