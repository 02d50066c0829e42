import {
  describeSpecs,
  fits,
  refuseInput,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';

/**
 * Returns the tensors of a request in the order of `specs`. Throws `inference.input`, naming what the model
 * takes, for an unknown, repeated or missing name, another datatype, or a shape that does not fit.
 */
export function inputsInOrder(
  model: string,
  specs: readonly TensorSpec[],
  inputs: readonly Tensor[],
): readonly Tensor[] {
  if (inputs.length === 1 && specs.length === 1) {
    const [only] = inputs as [Tensor];
    const [spec] = specs as [TensorSpec];
    if (only.name === spec.name) return [checked(only, spec)];
  }
  const byName = new Map<string, Tensor>();
  for (const input of inputs) {
    if (byName.has(input.name)) refuseInput(`The input "${input.name}" is there twice.`);
    byName.set(input.name, input);
  }
  for (const { name } of inputs)
    if (!specs.some(spec => spec.name === name))
      refuseInput(`The model ${model} has no input "${name}"; it takes ${describeSpecs(specs)}.`);
  return specs.map(spec => {
    const input = byName.get(spec.name);
    if (!input)
      return refuseInput(
        `The model ${model} needs the input "${spec.name}"; it takes ${describeSpecs(specs)}.`,
      );
    return checked(input, spec);
  });
}

function checked(input: Tensor, spec: TensorSpec): Tensor {
  const { name, datatype, shape } = input;
  if (datatype !== spec.datatype)
    refuseInput(`The input "${name}" is ${datatype}; the model takes ${spec.datatype}.`);
  if (!fits(shape, spec.shape))
    refuseInput(
      `The input "${name}" has the shape [${shape.join(', ')}]; the model takes [${spec.shape.join(', ')}], where -1 is any length.`,
    );
  return input;
}

/**
 * Returns the indices of the requested outputs, in the order of the request; null for all. Throws
 * `inference.input`.
 */
export function outputsWanted(
  model: string,
  specs: readonly TensorSpec[],
  wanted: readonly string[] | undefined,
): readonly number[] | null {
  if (!wanted || wanted.length === 0) return null;
  return wanted.map(name => {
    const index = specs.findIndex(spec => spec.name === name);
    if (index < 0)
      refuseInput(`The model ${model} has no output "${name}"; it gives ${describeSpecs(specs)}.`);
    return index;
  });
}
