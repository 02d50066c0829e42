import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import {
  describeSpecs,
  refuseInput,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import type { AnswerText } from '../tensors/answer-text.ts';
import { tensorFromNested } from '../tensors/nested-json.ts';

/**
 * Makes inputs from examples, which are features by name; `context` has those that all examples share. Throws
 * `inference.input`.
 */
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
      // A feature without a list has a single value.
      return spec.shape.length === 2 && !Array.isArray(value) ? [value] : value;
    });
    return tensorFromNested(spec, values, most);
  });
}

/**
 * Writes pairs of a label and its score for each example: labels are the texts beside the scores, else class
 * numbers. Throws `inference.input` for a model without scores, and as `AnswerText`.
 */
export function writeClasses(into: AnswerText, outputs: readonly Tensor[]): void {
  const scores = outputs.find(({ datatype, shape }) => datatype.startsWith('FP') && shape.length === 2);
  if (!scores) refuseInput('The model does not classify: none of its outputs has a score for each class.');
  const [rows = 0, classes = 0] = scores.shape;
  const labels = outputs.find(
    ({ datatype, shape }) => datatype === 'BYTES' && shape[0] === rows && shape[1] === classes,
  );
  const textAt = ({ name, datatype, data }: Tensor, at: number) =>
    valuesToJson(name, datatype, data.slice(at, at + 1), datatype !== 'BYTES')[0] ?? '';
  into.add('[');
  for (let row = 0; row < rows; row++) {
    into.add(row > 0 ? ',[' : '[');
    for (let index = 0; index < classes; index++) {
      const at = row * classes + index;
      const label = labels ? textAt(labels, at) : `"${index}"`;
      into.add(`${index > 0 ? ',' : ''}[${label},${textAt(scores, at)}]`);
    }
    into.add(']');
  }
  into.add(']');
}

/** Writes one value for each example. Throws `inference.input` for a model with more, and as `AnswerText`. */
export function writeRegression(into: AnswerText, outputs: readonly Tensor[]): void {
  const [only] = outputs;
  const isValue =
    only && outputs.length === 1 && only.datatype !== 'BYTES' && only.data.length === (only.shape[0] ?? 1);
  if (!isValue) refuseInput('The model does no regression: it gives more than one value for each example.');
  into.addTensor(only, undefined, [only.data.length]);
}
