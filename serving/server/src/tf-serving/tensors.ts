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

type Json = Readonly<Record<string, unknown>>;

/**
 * Makes inputs from rows: each is a value of the only input, or an object of values by input name. Throws
 * `inference.input`.
 */
export function tensorsFromRows(
  specs: readonly TensorSpec[],
  rows: unknown,
  most: number,
): readonly Tensor[] {
  if (!Array.isArray(rows) || rows.length === 0) refuseInput('"instances" is a list of one row at least.');
  const [spec] = specs;
  if (spec && specs.length === 1 && !isNamed(rows[0], spec)) return [tensorFromNested(spec, rows, most)];
  for (const row of rows) {
    if (!isObject(row)) refuseInput(`Each row is an object of the inputs ${describeSpecs(specs)}.`);
    refuseOthers(row, specs);
  }
  return specs.map(each =>
    tensorFromNested(
      each,
      rows.map(row => valueIn(row, each, specs)),
      most,
    ),
  );
}

/**
 * Makes inputs from columns: the values of the only input, or an object of them by input name. Throws
 * `inference.input`.
 */
export function tensorsFromColumns(
  specs: readonly TensorSpec[],
  columns: unknown,
  most: number,
): readonly Tensor[] {
  const [spec] = specs;
  if (spec && specs.length === 1 && !isNamed(columns, spec)) return [tensorFromNested(spec, columns, most)];
  if (!isObject(columns)) refuseInput(`"inputs" is an object of the inputs ${describeSpecs(specs)}.`);
  refuseOthers(columns, specs);
  return specs.map(each => tensorFromNested(each, valueIn(columns, each, specs), most));
}

/**
 * Writes outputs as rows: bare values of a single output, else an object for each row. Throws
 * `inference.input` if outputs have different numbers of rows, and as `AnswerText`.
 */
export function writeRows(into: AnswerText, outputs: readonly Tensor[]): void {
  const [only] = outputs;
  if (only && outputs.length === 1) {
    into.addTensor(only, textsOf);
    return;
  }
  const count = only?.shape[0];
  if (count === undefined || outputs.some(({ shape }) => shape[0] !== count))
    refuseInput('The outputs have different numbers of rows; ask with "inputs", for columns.');
  into.add('[');
  for (let row = 0; row < count; row++) {
    for (const [at, output] of outputs.entries()) {
      into.add(`${at > 0 ? ',' : row > 0 ? ',{' : '{'}${JSON.stringify(output.name)}:`);
      into.addRow(output, textsOf, row);
    }
    into.add('}');
  }
  into.add(']');
}

/**
 * Writes outputs as columns: the values of a single output, else an object of them. Throws as `AnswerText`.
 */
export function writeColumns(into: AnswerText, outputs: readonly Tensor[]): void {
  const [only] = outputs;
  if (only && outputs.length === 1) {
    into.addTensor(only, textsOf);
    return;
  }
  into.add('{');
  for (const [at, output] of outputs.entries()) {
    into.add(`${at > 0 ? ',' : ''}${JSON.stringify(output.name)}:`);
    into.addTensor(output, textsOf);
  }
  into.add('}');
}

/**
 * Returns values as JSON: outputs whose name ends in `_bytes` as base64, and NaN and infinities as in
 * JavaScript.
 */
function textsOf({ name, datatype, data }: Tensor): readonly string[] {
  if (datatype === 'BYTES' && name.endsWith('_bytes'))
    return (data as readonly Uint8Array[]).map(bytes => `{"b64":"${Buffer.from(bytes).toString('base64')}"}`);
  return valuesToJson(name, datatype, data, true);
}

function isNamed(value: unknown, { name }: TensorSpec): boolean {
  return isObject(value) && Object.hasOwn(value, name);
}

function valueIn(row: Json, { name }: TensorSpec, specs: readonly TensorSpec[]): unknown {
  if (!Object.hasOwn(row, name))
    refuseInput(`The input "${name}" is missing; the model takes ${describeSpecs(specs)}.`);
  return row[name];
}

function refuseOthers(row: Json, specs: readonly TensorSpec[]): void {
  for (const name of Object.keys(row))
    if (!specs.some(spec => spec.name === name))
      refuseInput(`The model has no input "${name}"; it takes ${describeSpecs(specs)}.`);
}
