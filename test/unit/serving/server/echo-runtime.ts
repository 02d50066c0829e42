import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { type LoadedModel, layersContent, type Runtime } from '@murmuration/serving/runtime/runtime';

interface EchoTopology {
  readonly class_name?: string;
  readonly config?: { readonly inputs: readonly TensorSpec[] };
}

/** Runs the models of `ModelFolder.putEcho`: what comes in goes out, whatever its datatype. */
export function echoRuntime(): Runtime {
  return {
    name: 'echo',
    loads: content =>
      content.platform === 'tensorflowjs_layersmodel' &&
      (content.files.topology as EchoTopology).class_name === 'Echo',
    async load(content): Promise<LoadedModel> {
      const { files } = layersContent(content);
      const inputs = (files.topology as EchoTopology).config?.inputs ?? [];
      return {
        inputs,
        outputs: inputs.map(spec => ({ ...spec, name: `${spec.name}_out` })),
        bytes: 4,
        engine: 'echo',
        takesLengths: false,
        run: async tensors => tensors.map(tensor => ({ ...tensor, name: `${tensor.name}_out` })),
        async close() {},
      };
    },
    async close() {},
  };
}
