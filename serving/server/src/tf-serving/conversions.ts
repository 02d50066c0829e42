import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import {
  refuseInput,
  shown,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import type { Conversion } from '../conversion/converter.ts';
import { AnswerText } from '../tensors/answer-text.ts';
import { tensorsFromExamples, writeClasses, writeRegression } from './examples.ts';
import { tensorsFromColumns, tensorsFromRows, writeColumns, writeRows } from './tensors.ts';

/** Name of the models' only signature. */
export const servingDefault = 'serving_default';

const writers = {
  rows: writeRows,
  columns: writeColumns,
  classes: writeClasses,
  values: writeRegression,
};

interface Asked {
  readonly body: Buffer;
  /** True to classify or regress. */
  readonly isExamples: boolean;
  readonly specs: readonly TensorSpec[];
  readonly elements: number;
}

interface Read {
  readonly inputs: readonly Tensor[];
  readonly form: 'rows' | 'columns';
}

interface Answer {
  readonly outputs: readonly Tensor[];
  /** Name of the field for the outputs. */
  readonly name: 'predictions' | 'outputs' | 'results';
  readonly form: keyof typeof writers;
  /** Maximum bytes of the answer. */
  readonly most: number;
}

/** Reads the body of a request as tensors by `specs`. Throws `inference.input`. */
export const readTfServing: Conversion<Asked, Read> = { name: 'readTfServing', run: read };

/** Writes the outputs of a model as an object. Throws `inference.input` and `request.too-large`. */
export const writeTfServing: Conversion<Answer, { readonly body: string | Buffer }> = {
  name: 'writeTfServing',
  run({ outputs, name, form, most }) {
    const text = new AnswerText(most);
    text.add(`{"${name}":`);
    writers[form](text, outputs);
    text.add('}');
    return { body: text.end() };
  },
};

function read({ body, isExamples, specs, elements }: Asked): Read {
  const wide = specs.some(({ datatype }) => datatype.endsWith('INT64'));
  const json = parseJson(body.toString('utf8'), { wide, notFinite: true, most: elements });
  if (!isObject(json)) refuseInput('The body is no JSON object.');
  refuseSignature(json.signature_name);
  if (isExamples) return { inputs: tensorsFromExamples(specs, json, elements), form: 'rows' };
  if ((json.instances === undefined) === (json.inputs === undefined))
    refuseInput('The body has either "instances", for rows, or "inputs", for columns.');
  if (json.instances !== undefined)
    return { inputs: tensorsFromRows(specs, json.instances, elements), form: 'rows' };
  return { inputs: tensorsFromColumns(specs, json.inputs, elements), form: 'columns' };
}

function refuseSignature(name: unknown): void {
  if (name === undefined || name === '' || name === servingDefault) return;
  refuseInput(`There is no signature ${shown(name)}; there is "${servingDefault}".`);
}
