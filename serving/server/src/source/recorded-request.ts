import { isDatatype } from '@murmuration/inference-client/tensors/datatype';
import { dataFromJson } from '@murmuration/inference-client/tensors/json-data';
import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { elementsOf, refuseInput, type Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Maximum elements of a tensor: recorded requests are small. */
const maxTensorElements = 2 ** 22;

/**
 * Reads the inputs of a recorded warm-up request: a JSON body of the Open Inference Protocol, as a client
 * sends it. Throws `inference.input` if it is malformed.
 */
export function readRecordedRequest(text: string): readonly Tensor[] {
  let body: unknown;
  try {
    body = parseJson(text, { wide: text.includes('INT64'), notFinite: false, most: maxTensorElements });
  } catch {
    refuseInput('It is no JSON.');
  }
  const { inputs } = (body ?? {}) as { readonly inputs?: unknown };
  if (!Array.isArray(inputs) || inputs.length === 0) refuseInput('It has no list of inputs.');
  return inputs.map((input: unknown): Tensor => {
    const { name, datatype, shape, data } = (input ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string') refuseInput('An input has no name.');
    if (!isDatatype(datatype)) refuseInput(`The input "${name}" has an unknown datatype.`);
    const count = elementsOf(name, shape, maxTensorElements);
    return { name, datatype, shape: shape as number[], data: dataFromJson(name, datatype, count, data) };
  });
}
