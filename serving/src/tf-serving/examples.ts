import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import {
  describeSpecs,
  refuseInput,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';
import { halfToNumber } from '@murmuration/protocol/tensors/half';
import { tensorFromNested } from '../tensors/nested-json.ts';
import { isObject } from './tensors.ts';

/** Inputs from examples, features by name, where `context` has those that all of them share. Throws `inference.input`. */
export function tensorsFromExamples(
  specs: readonly TensorSpec[],
  { examples, context }: { readonly examples?: unknown; readonly context?: unknown },
  most: number,
): readonly Tensor[] {
  if (!Array.isArray(examples) || examples.length === 0)
    refuseInput('"examples" is a list of one example at least.');
  if (context !== undefined && !isObject(context)) refuseInput('"context" is an object of features.');
  const rows = examples.map(example => {
    if (!isObject(example)) refuseInput('Each example is an object of features.');
    const row = { ...context, ...example };
    for (const name of Object.keys(row))
      if (!specs.some(spec => spec.name === name))
        refuseInput(`The model has no input "${name}"; it takes ${describeSpecs(specs)}.`);
    return row;
  });
  return specs.map(spec => {
    const values = rows.map(row => {
      if (!Object.hasOwn(row, spec.name))
        refuseInput(`The feature "${spec.name}" is missing; the model takes ${describeSpecs(specs)}.`);
      const value = (row as Readonly<Record<string, unknown>>)[spec.name];
      // A feature without a list is one of a single value.
      return spec.shape.length === 2 && !Array.isArray(value) ? [value] : value;
    });
    return tensorFromNested(spec, values, most);
  });
}

/** Pairs of a label and its score for each example: labels are the texts that the model gives beside its scores, else the numbers of classes. */
export function classesToJson(outputs: readonly Tensor[]): string {
  const scores = outputs.find(({ datatype, shape }) => datatype.startsWith('FP') && shape.length === 2);
  if (!scores) refuseInput('The model does not classify: none of its outputs has a score for each class.');
  const [rows = 0, classes = 0] = scores.shape;
  const named = outputs.find(
    ({ datatype, shape }) => datatype === 'BYTES' && shape[0] === rows && shape[1] === classes,
  );
  const texts = valuesToJson(scores.name, scores.datatype, scores.data, true);
  const labels = named && valuesToJson(named.name, 'BYTES', named.data);
  const results = Array.from({ length: rows }, (_, row) => {
    const pairs = Array.from({ length: classes }, (__, index) => {
      const at = row * classes + index;
      return `[${labels?.[at] ?? `"${index}"`},${texts[at]}]`;
    });
    return `[${pairs.join(',')}]`;
  });
  return `[${results.join(',')}]`;
}

/** One value for each example. Throws `inference.input` for a model that gives more. */
export function valuesOfRegression(outputs: readonly Tensor[]): string {
  const [only] = outputs;
  const isValue =
    only && outputs.length === 1 && only.datatype !== 'BYTES' && only.data.length === (only.shape[0] ?? 1);
  if (!isValue) refuseInput('The model does no regression: it gives more than one value for each example.');
  const { name, datatype, data } = only;
  if (datatype === 'FP16') return `[${Array.from(data as Uint16Array, halfToNumber).join(',')}]`;
  return `[${valuesToJson(name, datatype, data, true).join(',')}]`;
}
